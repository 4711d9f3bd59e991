//! What is worst to read: texts that become much larger in memory than they were on the wire, or that take long to try.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dialect::jwk::MOST_KEYS;
use serde_json::{Value, json};

/// How deep things stand in each other. A document has 128 levels at most, of which the first are of what it stands in.
const LEVELS: usize = 120;

/// Values of JSON of nearly so many bytes, each with what is odd about it.
pub(crate) fn values(size: usize) -> Vec<(&'static str, String)> {
    let nested =
        |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(LEVELS), close.repeat(LEVELS));
    vec![
        ("lists in lists", list(&nested("[", "", "]"), size)),
        ("objects in objects", list(&nested("{\"\":", "0", "}"), size)),
        ("small lists", list("[0]", size)),
        ("small objects", list("{\"\":0}", size)),
        ("numbers", list("0", size)),
        ("many members", members(size)),
        ("a long number", format!("0.{}", "7".repeat(size - 2))),
        ("a text of escapes", format!("\"{}\"", "\\u00e9".repeat((size - 2) / 6))),
    ]
}

fn list(item: &str, size: usize) -> String {
    format!("[{}]", vec![item; (size - 1) / (item.len() + 1)].join(","))
}

fn members(size: usize) -> String {
    let mut text = String::from("{\"\":0");
    for name in 0.. {
        let member = format!(",\"{name:x}\":0");
        if text.len() + member.len() >= size {
            break;
        }
        text.push_str(&member);
    }
    text + "}"
}

/// A form of so many bytes in which as much as possible is said.
pub(crate) fn form(size: usize) -> String {
    let mut text = String::new();
    for name in 0.. {
        let said = format!("{name:x}&");
        if text.len() + said.len() > size {
            break;
        }
        text.push_str(&said);
    }
    let rest = "x".repeat(size - text.len());
    text + &rest
}

/// As many keys as a set may have, none of which has a name: the largest, with the largest exponent that is tried.
pub(crate) fn largest_keys() -> Vec<Value> {
    let modulus = URL_SAFE_NO_PAD.encode([0xff; 1024]);
    vec![json!({"kty": "RSA", "n": modulus, "e": URL_SAFE_NO_PAD.encode([1, 0xff, 0xff, 0xff, 0xff])}); MOST_KEYS]
}

/// As many keys of which it takes longest to see that they were made by a weak generator: powers of 65537.
pub(crate) fn weak_keys() -> Vec<Value> {
    let mut modulus = vec![1_u8];
    for _ in 0..511 {
        // Times 65537, the lowest byte first.
        let (mut product, mut carry) = (Vec::with_capacity(modulus.len() + 3), 0);
        for place in 0..modulus.len() + 3 {
            let digit = |place: Option<usize>| place.and_then(|at| modulus.get(at)).map_or(0, |byte| u16::from(*byte));
            let sum = digit(Some(place)) + digit(place.checked_sub(2)) + carry;
            product.push(sum.to_le_bytes()[0]);
            carry = sum >> 8;
        }
        while product.last() == Some(&0) {
            product.pop();
        }
        modulus = product;
    }
    modulus.reverse();
    vec![json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode(modulus), "e": "AQAB"}); MOST_KEYS]
}

/// As many keys with a name each, which are compared with each other.
pub(crate) fn named_keys() -> Vec<Value> {
    let name = |number: usize| format!("{}{number:03}", "k".repeat(1000));
    largest_keys().into_iter().zip(0..).map(|(key, number)| merged(key, name(number))).collect()
}

fn merged(mut key: Value, name: String) -> Value {
    if let Some(key) = key.as_object_mut() {
        key.insert("kid".to_owned(), Value::String(name));
    }
    key
}
