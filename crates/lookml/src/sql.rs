//! SQL of LookML → tokens. Only what can mean one thing gets through: no comments, no escapes, no templates but a user attribute.

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// A keyword, a function, a column or a table.
    Word(String),
    /// A name in double quotes or backticks.
    Quoted(String),
    /// A text in single quotes.
    Text(String),
    /// A number.
    Number(String),
    /// An operator, a comma, a parenthesis or a point.
    Symbol(&'static str),
    /// `${TABLE}`.
    Table,
    /// `${field}` or `${view.field}`.
    Field(Option<String>, String),
    /// `{{ _user_attributes['a'] }}`, also with quotes around it or `sql_quote` in it. It is a value, never a text of SQL.
    Attribute(String),
}

const SYMBOLS: &[&str] = &["<>", "!=", "<=", ">=", "=", "<", ">", "(", ")", ",", ".", "+", "-", "*", "/", "%"];

impl Token {
    /// Whether it is that keyword.
    pub(crate) fn is_word(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }
}

/// Cuts a text into tokens, or says what is not understood.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut lexer = Lexer { rest: text };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.token()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer<'a> {
    rest: &'a str,
}

impl<'a> Lexer<'a> {
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn token(&mut self) -> Result<Option<Token>, String> {
        self.rest = self.rest.trim_start();
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        if let Some(behind) = self.rest.strip_prefix("${") {
            return self.reference(behind).map(Some);
        }
        if self.rest.starts_with("{{") {
            return self.attribute().map(Some);
        }
        if self.rest.starts_with("--") || self.rest.starts_with("/*") {
            return Err("a comment in SQL is not understood".to_owned());
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let token = match first {
            '\'' => self.text()?,
            '"' | '`' => Token::Quoted(self.quoted(first)?.to_owned()),
            c if c.is_ascii_digit() => {
                let length = self.rest.find(|c| !is_word(c) && c != '.').unwrap_or(self.rest.len());
                Token::Number(self.take(length).to_owned())
            }
            c if is_word(c) => {
                let length = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
                Token::Word(self.take(length).to_owned())
            }
            _ => {
                let symbol = SYMBOLS.iter().find(|symbol| self.rest.starts_with(**symbol));
                let symbol = symbol.ok_or_else(|| format!("`{first}` in SQL is not understood"))?;
                self.take(symbol.len());
                Token::Symbol(symbol)
            }
        };
        Ok(Some(token))
    }

    fn reference(&mut self, behind: &'a str) -> Result<Token, String> {
        let (name, rest) = behind.split_once('}').ok_or("a reference does not end: expected `}`")?;
        self.rest = rest;
        let name = name.trim();
        let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match name.split_once('.') {
            None if name == "TABLE" => Ok(Token::Table),
            None if is_name(name) => Ok(Token::Field(None, name.to_owned())),
            Some((view, field)) if is_name(view) && is_name(field) => {
                Ok(Token::Field(Some(view.to_owned()), field.to_owned()))
            }
            _ => Err(format!("`${{{name}}}` is not understood: expected a field")),
        }
    }

    fn attribute(&mut self) -> Result<Token, String> {
        let (inside, rest) = self.rest.split_once("}}").ok_or("a template does not end: expected `}}`")?;
        self.rest = rest;
        attribute(inside.strip_prefix("{{").unwrap_or(inside))
    }

    fn quoted(&mut self, quote: char) -> Result<&'a str, String> {
        self.take(1);
        let length = self.rest.find(quote).ok_or_else(|| format!("a name does not end: expected `{quote}`"))?;
        let name = self.take(length);
        self.take(1);
        Ok(name)
    }

    fn text(&mut self) -> Result<Token, String> {
        // The quotes of a template's own name of an attribute do not end the text around it.
        let inside = self.rest.get(1..).unwrap_or_default();
        if let Some(template) = inside.trim_start().strip_prefix("{{") {
            let (inside, rest) = template.split_once("}}").ok_or("a template does not end: expected `}}`")?;
            let rest = rest.trim_start().strip_prefix('\'');
            self.rest = rest.ok_or("a text with a template is not understood: expected the template alone")?;
            return attribute(inside);
        }
        let mut text = String::new();
        loop {
            text.push_str(self.quoted('\'').map_err(|_| "a text does not end: expected `'`")?);
            if !self.rest.starts_with('\'') {
                break;
            }
            text.push('\'');
        }
        if text.contains("{{") || text.contains("{%") || text.contains("${") {
            return Err("a text with a template is not understood: expected the template alone".to_owned());
        }
        if text.contains('\\') {
            return Err("`\\` in a text is not understood: databases differ in what it means".to_owned());
        }
        Ok(Token::Text(text))
    }
}

/// The attribute of `_user_attributes['a']`, with or without `| sql_quote`.
fn attribute(inside: &str) -> Result<Token, String> {
    let wrong =
        || format!("`{{{{{inside}}}}}` is not understood: expected a user attribute, `_user_attributes['name']`");
    let (value, filter) = inside.split_once('|').map_or((inside, None), |(value, filter)| (value, Some(filter.trim())));
    if filter.is_some_and(|filter| filter != "sql_quote") {
        return Err(wrong());
    }
    let name = value.trim().strip_prefix("_user_attributes").map(str::trim).and_then(|rest| rest.strip_prefix('['));
    let name = name.and_then(|rest| rest.strip_suffix(']')).map(str::trim);
    let within = |quote: char| name.and_then(|name| name.strip_prefix(quote)?.strip_suffix(quote));
    let name = within('\'').or_else(|| within('"')).ok_or_else(wrong)?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_name { Ok(Token::Attribute(name.to_owned())) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_attribute_is_a_value_however_it_is_pasted() {
        for text in [
            "{{ _user_attributes['region'] }}",
            "'{{ _user_attributes['region'] }}'",
            "'{{ _user_attributes[\"region\"] | sql_quote }}'",
            "{{_user_attributes['region']|sql_quote}}",
        ] {
            assert_eq!(tokens(text), Ok(vec![Token::Attribute("region".to_owned())]), "{text}");
        }
    }

    #[test]
    fn what_could_mean_something_else_is_not_understood() {
        for text in [
            "a -- b",
            "a /* b */",
            "'a\\' OR 1=1'",
            "'a {{ _user_attributes['b'] }}'",
            "'{{ _user_attributes['b'] }}%'",
            "{{ _user_attributes['b'] | upcase }}",
            "{{ _user_attributes['b' or 'c'] }}",
            "{% if true %} a {% endif %}",
            "'{% if true %}'",
            "{{ _filters['b'] }}",
            "a || b",
            "a::date",
            "[a]",
            "a; b",
            "${a",
            "${a b}",
            "'a",
            "\"a",
        ] {
            assert!(tokens(text).is_err(), "{text}: {:?}", tokens(text));
        }
    }

    #[test]
    fn names_in_double_quotes_are_names_and_texts_are_texts() {
        let name = |name: &str| Token::Quoted(name.to_owned());
        let text = |text: &str| Token::Text(text.to_owned());
        assert_eq!(tokens("\"a\" <> 'it''s'"), Ok(vec![name("a"), Token::Symbol("<>"), text("it's")]));
        let field = Token::Field(Some("orders".to_owned()), "id".to_owned());
        assert_eq!(tokens("${orders.id}+1.5"), Ok(vec![field, Token::Symbol("+"), Token::Number("1.5".to_owned())]));
    }
}
