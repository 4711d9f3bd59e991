use super::*;

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

#[test]
fn partial_masks_show_ends_and_never_all() {
    for (value, first, last, expected) in [
        ("anna@acme.example", 1, 0, "a***"),
        ("anna@acme.example", 1, 8, "a***.example"),
        ("ab", 1, 1, "***"),
        ("abc", 1, 1, "a***c"),
        ("a", 1, 0, "***"),
        ("", 1, 0, "***"),
        ("šťáva", 2, 1, "šť***a"),
        ("abc", 0, 0, "***"),
        ("abc", 9, 9, "***"),
    ] {
        assert_eq!(partial(text(value), first, last), Some(text(expected)), "{value}");
    }
}

#[test]
fn ranges_begin_at_their_lower_end() {
    let integer = |number| range(&Value::Integer(number), 10, ColumnType::Integer);
    assert_eq!(integer(19), Some(Value::Integer(10)));
    assert_eq!(integer(-1), Some(Value::Integer(-10)));
    assert_eq!(integer(0), Some(Value::Integer(0)));
    assert_eq!(integer(i64::MIN), None, "there is no lower end");
    let kind = ColumnType::Decimal { precision: 8, scale: 2 };
    assert_eq!(range(&Value::Decimal(1299, 2), 500, kind), Some(Value::Decimal(1000, 2)));
}

#[test]
fn pseudonyms_are_equal_in_one_tenant_and_others_elsewhere() {
    let secret = MaskSecret::new([7; 32]);
    let of = |tenant: &str, value: Value| pseudonym(&secret.pseudonyms(tenant).key(), &value);
    assert_eq!(of("acme", text("a")), of("acme", text("a")));
    assert_ne!(of("acme", text("a")), of("globex", text("a")));
    assert_ne!(of("acme", text("a")), of("", text("a")));
    assert_ne!(of("acme", text("a")), of("acme", text("b")));
    assert!(matches!(of("acme", Value::Integer(7)), Some(Value::Integer(number)) if number > 0));
    let other = MaskSecret::new([8; 32]).pseudonyms("acme");
    assert_ne!(of("acme", text("a")), pseudonym(&other.key(), &text("a")));
    assert_eq!(format!("{other:?}"), "Pseudonyms(…)");
}

#[test]
fn periods_keep_their_type() {
    let day = |text: &str| Value::Date(text.parse().expect("a date"));
    assert_eq!(period(day("2013-08-14"), Calendar::Month), Some(day("2013-08-01")));
    let instant = |text: &str| {
        let at: chrono::DateTime<chrono::Utc> = text.parse().expect("an instant");
        Value::Timestamp(at.timestamp_micros())
    };
    assert_eq!(period(instant("2013-08-14T23:00:00Z"), Calendar::Year), Some(instant("2013-01-01T00:00:00Z")));
}
