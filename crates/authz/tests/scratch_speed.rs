#![allow(warnings)]
#[path = "it/world.rs"]
mod world;
use authz::*;
use std::time::Instant;
use world::*;
#[test]
fn speed() {
    let mut w = world::world();
    let c = with(claims("fred", &["Managers"]), &[("region", serde_json::json!(["South"]))]);
    w.open(c.clone()).unwrap();
    let snap = w.snapshot();
    let dir = Directory { embed: w.members.first().cloned(), internal: vec![] };
    let a = vouched("host", c);
    let total = element("overview", "total");
    let ex = explore("sales.sales");
    let mut t = vec![];
    let mut d = vec![];
    let mut x = vec![];
    for i in 0..20000 {
        let s = Instant::now();
        let _ = authz::lookup(&a, &snap).unwrap();
        let id = authz::identify(
            &a,
            &snap,
            &dir,
            Opening {
                session: model::name::SessionId::new("v"),
                new_member: model::name::MemberId::new("m"),
                now: w.now,
            },
        )
        .unwrap();
        let p = authz::resume(id.facts, &snap, dir.embed.as_ref(), w.now).unwrap();
        let s2 = Instant::now();
        let permit = authz::decide::<RunQuery>(&p, &snap, &total).unwrap();
        t.push(s.elapsed());
        d.push(s2.elapsed());
        let s3 = Instant::now();
        let _ = authz::decide::<RunQuery>(&p, &snap, &ex).is_err();
        x.push(s3.elapsed());
    }
    for (n, v) in [("all", &mut t), ("decide", &mut d), ("denied", &mut x)] {
        v.sort();
        println!("{n} p50 {:?} p99 {:?}", v[10000], v[19800]);
    }
}
