//! Locked parameters: signed filters that nothing may escape.

use crate::world::{claims, control, element, explore, page, told, world};
use authz::{Denial, ExportCsv, RunQuery, ViewContent};
use model::assertion::Claims;
use serde_json::{Value as Json, json};

fn locked(parameters: &[(&str, Json)]) -> Claims {
    let locked_parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Claims { locked_parameters, account_type: Some("Analyze".into()), ..claims("fred", &["Managers"]) }
}

#[test]
fn an_empty_lock_is_refused_by_name() {
    let mut world = world();
    for odd in
        [json!(null), json!(""), json!(" "), json!([]), json!([""]), json!(["Active", null]), json!({}), json!([[1]])]
    {
        let (code, detail) = told(world.open(locked(&[("status", odd.clone())])));
        assert_eq!(code, "locked_parameter_empty", "{odd}");
        assert!(detail.contains("`status`"));
    }
    assert_eq!(told(world.open(locked(&[("No Name", json!(1))]))).0, "invalid_locked_parameter");
    for good in [json!("Active"), json!(7), json!(false), json!(["Active", "Inactive"])] {
        assert!(world.open(locked(&[("status", good)])).is_ok());
    }
}

#[test]
fn what_consumes_every_lock_is_filtered_and_everything_else_is_refused() {
    let mut world = world();
    let principal = world.enter(locked(&[("status", json!("Active"))]));
    let filters = |resource| {
        let permit = world.decide::<RunQuery>(&principal, &resource).unwrap();
        let filters = permit.locked_filters().iter();
        filters.map(|filter| (filter.field.to_string(), filter.values.clone())).collect::<Vec<_>>()
    };
    assert_eq!(filters(element("overview", "accounts")), [("status".to_owned(), vec![json!("Active")])]);
    assert_eq!(filters(control("status")), [("status".to_owned(), vec![json!("Active")])]);

    for unfiltered in [element("overview", "total"), element("detail", "managers"), control("region")] {
        let denial = world.decide::<RunQuery>(&principal, &unfiltered).unwrap_err();
        assert_eq!((denial.code, denial.reasons[0].rule), ("forbidden", "only_under_every_locked_parameter"));
    }
    assert!(matches!(
        world.decide::<RunQuery>(&principal, &explore("sales.accounts")),
        Err(Denial { hidden: true, .. })
    ));
    assert!(world.decide::<ExportCsv>(&principal, &element("overview", "accounts")).is_ok());
    assert!(world.decide::<ExportCsv>(&principal, &element("overview", "total")).is_err());
    assert!(world.decide::<ViewContent>(&principal, &page("sales", None)).is_ok());
}

#[test]
fn two_locks_need_both() {
    let mut world = world();
    let principal = world.enter(locked(&[("status", json!("Active")), ("region", json!("South"))]));
    for resource in [element("overview", "accounts"), element("overview", "total"), control("status")] {
        assert!(world.decide::<RunQuery>(&principal, &resource).is_err());
    }
}
