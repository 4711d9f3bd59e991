//! Ten questions about flights, nine of them the demo's, and what a careful person would write for Delta instead.
//!
//! Both ways ask for the same: the same casts that make sums exact, the same total order, the same limit (with the one
//! row more that tells whether there are others).

/// One question in both ways.
#[derive(Clone, Copy)]
pub(crate) struct Question {
    pub(crate) name: &'static str,
    /// As a viewer asks: JSON, without a condition.
    pub(crate) asked: &'static str,
    /// As SQL, with the condition.
    pub(crate) written: &'static str,
}

pub(crate) const QUESTIONS: [Question; 10] = [
    Question {
        name: "flights",
        asked: r#"{"explore": "flights.flights", "fields": ["flights"]}"#,
        written: "SELECT count(1) AS flights FROM flights WHERE carrier = 'DL' ORDER BY flights LIMIT 10001",
    },
    Question {
        name: "average departure delay",
        asked: r#"{"explore": "flights.flights", "fields": ["average_departure_delay"]}"#,
        written: "SELECT avg(CAST(dep_delay AS DECIMAL(19, 0))) AS delay FROM flights WHERE carrier = 'DL'
                  ORDER BY delay LIMIT 10001",
    },
    Question {
        name: "miles flown",
        asked: r#"{"explore": "flights.flights", "fields": ["distance"]}"#,
        written: "SELECT sum(CAST(distance AS DECIMAL(19, 0))) AS miles FROM flights WHERE carrier = 'DL'
                  ORDER BY miles LIMIT 10001",
    },
    Question {
        name: "flights by month",
        asked: r#"{"explore": "flights.flights", "fields": ["month", "flights"], "sorts": [{"field": "month"}]}"#,
        written: "SELECT CAST(date_trunc('month', flight_date) AS DATE) AS month, count(1) AS flights
                  FROM flights WHERE carrier = 'DL' GROUP BY 1 ORDER BY month, flights LIMIT 10001",
    },
    Question {
        name: "flights by airport",
        asked: r#"{"explore": "flights.flights", "fields": ["origin", "flights"],
                   "sorts": [{"field": "flights", "descending": true}]}"#,
        written: "SELECT origin, count(1) AS flights FROM flights WHERE carrier = 'DL' GROUP BY 1
                  ORDER BY flights DESC NULLS LAST, origin LIMIT 10001",
    },
    Question {
        name: "ten busiest destinations",
        asked: r#"{"explore": "flights.flights", "fields": ["dest", "flights"],
                   "sorts": [{"field": "flights", "descending": true}], "limit": 10}"#,
        written: "SELECT dest, count(1) AS flights FROM flights WHERE carrier = 'DL' GROUP BY 1
                  ORDER BY flights DESC NULLS LAST, dest LIMIT 11",
    },
    Question {
        name: "airlines and their aircraft",
        asked: r#"{"explore": "flights.flights", "fields": ["airline", "manufacturer", "flights", "distance"],
                   "sorts": [{"field": "flights", "descending": true}], "limit": 100}"#,
        written: "SELECT airlines.name AS airline, manufacturer, count(1) AS flights,
                         sum(CAST(distance AS DECIMAL(19, 0))) AS miles
                  FROM planes RIGHT JOIN (airlines RIGHT JOIN flights ON airlines.carrier = flights.carrier)
                       ON planes.tailnum = flights.tailnum
                  WHERE flights.carrier = 'DL' GROUP BY 1, 2
                  ORDER BY flights DESC NULLS LAST, airline, manufacturer, miles LIMIT 101",
    },
    Question {
        name: "destinations by arrival delay",
        asked: r#"{"explore": "flights.flights",
                   "fields": ["dest", "dest_airport", "flights", "average_departure_delay", "average_arrival_delay"],
                   "sorts": [{"field": "average_arrival_delay", "descending": true}], "limit": 100}"#,
        written: "SELECT dest, airports.name AS airport, count(1) AS flights,
                         avg(CAST(dep_delay AS DECIMAL(19, 0))) AS departure,
                         avg(CAST(arr_delay AS DECIMAL(19, 0))) AS arrival
                  FROM airports RIGHT JOIN flights ON faa = dest WHERE carrier = 'DL' GROUP BY 1, 2
                  ORDER BY arrival DESC NULLS LAST, dest, airport, flights, departure LIMIT 101",
    },
    Question {
        name: "delay by hour from one airport",
        asked: r#"{"explore": "flights.flights", "fields": ["hour", "average_departure_delay"],
                   "filters": [{"field": "origin", "values": ["JFK"]}], "sorts": [{"field": "hour"}]}"#,
        written: "SELECT hour, avg(CAST(dep_delay AS DECIMAL(19, 0))) AS delay
                  FROM flights WHERE carrier = 'DL' AND origin = 'JFK' GROUP BY 1
                  ORDER BY hour, delay LIMIT 10001",
    },
    Question {
        name: "single flights of two weeks",
        asked: r#"{"explore": "flights.flights", "fields": ["date", "flight", "tailnum", "origin", "dest", "flights"],
                   "filters": [{"field": "date", "operator": "greater_or_equal", "values": ["2013-07-01"]},
                               {"field": "date", "operator": "less", "values": ["2013-07-15"]}],
                   "sorts": [{"field": "date"}], "limit": 100}"#,
        written: "SELECT flight_date, flight, tailnum, origin, dest, count(1) AS flights FROM flights
                  WHERE carrier = 'DL' AND flight_date >= DATE '2013-07-01' AND flight_date < DATE '2013-07-15'
                  GROUP BY 1, 2, 3, 4, 5
                  ORDER BY flight_date, flight, tailnum, origin, dest, flights LIMIT 101",
    },
];
