//! What is not drawn, and why.

use crate::world::{Outcome, Sample, samples};
use picture::{Cell, MOST_MARKS, MOST_ROWS, PictureError, Size};
use serde_json::json;

fn many(rows: usize, series: usize) -> Outcome<Sample> {
    let rows = (0..rows).map(|row| json!([row, format!("s{}", row % series), row])).collect();
    Sample::new(
        "many",
        "Many",
        json!({"type": "line", "x": "x", "y": ["y"], "series": "s"}),
        json!([["x", "X", "integer"], ["s", "S", "text"], ["y", "Y", "integer"]]),
        rows,
    )
}

#[test]
fn sizes_have_ends() {
    assert!(Size::new(100, 4000).is_ok());
    for (width, height) in [(99, 500), (500, 99), (4001, 500), (500, 4001), (0, 0)] {
        assert_eq!(Size::new(width, height), Err(PictureError::Size));
    }
    assert_eq!(PictureError::Size.to_string(), "the size is not valid: expected 100 to 4000 pixels each way");
}

#[test]
fn rows_and_marks_are_counted() -> Outcome {
    assert!(many(MOST_ROWS, 1)?.picture().draw().is_ok());
    assert_eq!(many(MOST_ROWS + 1, 1)?.picture().draw(), Err(PictureError::TooManyRows(MOST_ROWS + 1)));
    let marks = (MOST_MARKS / 12 + 1) * 12;
    assert!(many(MOST_MARKS / 12, 12)?.picture().draw().is_ok());
    assert_eq!(many(MOST_MARKS / 12 + 1, 12)?.picture().draw(), Err(PictureError::TooManyMarks(marks)));
    Ok(())
}

#[test]
fn series_beyond_twelve_are_counted_in_words() -> Outcome {
    assert!(many(100, 13)?.picture().draw()?.svg().contains(">1 more series is not drawn.</text>"));
    assert!(many(100, 14)?.picture().draw()?.svg().contains(">2 more series are not drawn.</text>"));
    Ok(())
}

#[test]
fn rows_fit_the_columns_and_these_the_chart() -> Outcome {
    for sample in samples()? {
        let mut ragged = sample.clone();
        ragged.rows.push(vec![Cell::Nothing; ragged.columns.len() + 1]);
        let expected = PictureError::Ragged { row: sample.rows.len(), cells: sample.columns.len() + 1 };
        assert_eq!(ragged.picture().draw(), Err(expected), "{}", sample.name);
        let mut other = sample.clone();
        for column in &mut other.columns {
            column.name.push('x');
        }
        // What says in words that there is nothing needs no columns, and what is drawn as a table draws all there are.
        let drawn = other.picture().draw();
        let is_drawn = sample.rows.is_empty() || sample.name == "pivot_as_table";
        assert_eq!(matches!(drawn, Err(PictureError::UnknownColumn(_))), !is_drawn, "{}", sample.name);
    }
    Ok(())
}

#[test]
fn a_column_of_a_table_has_room_for_its_widest_text() -> Outcome {
    // Widths that come to more digits than a number keeps, wherever the column begins.
    for before in ["i", "note", "customer_1", "CNRY_acme_order_0"] {
        let rows = (0..20).map(|row| json!([before, format!("CNRY_acme_order_{row}"), row])).collect();
        let columns = json!([["a", "A", "text"], ["b", "B", "text"], ["c", "C", "integer"]]);
        let table = Sample::new("wide", "Wide", json!({"type": "table"}), columns, rows)?;
        let svg = table.picture().draw()?.svg().to_owned();
        assert!(!svg.contains('…') && svg.contains(">CNRY_acme_order_10</text>"), "{before}");
    }
    Ok(())
}
