//! JSON schemas as providers want them: closed objects, and only the words they know.

use serde_json::{Map, Value};

/// Words of a schema that hold a schema, a list of schemas, or schemas by name.
const ONE: [&str; 3] = ["items", "not", "additionalProperties"];
const MANY: [&str; 4] = ["anyOf", "allOf", "oneOf", "prefixItems"];
const NAMED: [&str; 3] = ["properties", "$defs", "definitions"];

/// True when strict mode takes it: every object is closed and requires all it names.
pub(super) fn is_strict(schema: &Value) -> bool {
    let Some(object) = schema.as_object() else { return true };
    if let Some(properties) = object.get("properties").and_then(Value::as_object) {
        let required: Vec<&str> =
            object.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let all = properties.keys().all(|name| required.contains(&name.as_str()));
        if !all || object.get("additionalProperties") != Some(&Value::Bool(false)) {
            return false;
        }
    } else if object.get("type").and_then(Value::as_str) == Some("object") {
        return false;
    }
    parts(object).all(is_strict)
}

fn parts(object: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let one = ONE.into_iter().filter_map(|word| object.get(word));
    let many = MANY.into_iter().filter_map(|word| object.get(word)?.as_array()).flatten();
    let named = NAMED.into_iter().filter_map(|word| object.get(word)?.as_object()).flat_map(Map::values);
    one.chain(many).chain(named)
}

/// The same schema without the words that are not in `known`, its objects closed. What is left out is checked when the answer
/// is read, as all values are.
pub(super) fn reduced(schema: &Value, known: &[&str]) -> Value {
    let Some(object) = schema.as_object() else { return schema.clone() };
    let mut kept = Map::new();
    for (word, value) in object {
        let word = word.as_str();
        let reduced_value = if NAMED.contains(&word) {
            let Some(named) = value.as_object() else { continue };
            named.iter().map(|(name, part)| (name.clone(), reduced(part, known))).collect::<Map<_, _>>().into()
        } else if MANY.contains(&word) {
            value.as_array().map_or(Value::Null, |list| list.iter().map(|part| reduced(part, known)).collect())
        } else if ONE.contains(&word) {
            reduced(value, known)
        } else {
            value.clone()
        };
        if known.contains(&word) || NAMED.contains(&word) {
            kept.insert(word.to_owned(), reduced_value);
        }
    }
    if known.contains(&"additionalProperties") && kept.contains_key("properties") {
        kept.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    kept.into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_closed_objects_that_require_everything_are_strict() {
        let closed = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"],
            "additionalProperties": false});
        let open = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
        let optional = json!({"type": "object", "properties": {"a": {}}, "additionalProperties": false});
        let cases = [
            (closed.clone(), true),
            (open.clone(), false),
            (optional, false),
            (json!({"type": "object"}), false),
            (json!({"type": "array", "items": closed}), true),
            (json!({"type": "array", "items": open}), false),
            (json!({"anyOf": [{"type": "string"}, open]}), false),
            (json!({"type": "string", "enum": ["a"]}), true),
        ];
        for (schema, expected) in cases {
            assert_eq!(is_strict(&schema), expected, "{schema}");
        }
    }

    #[test]
    fn unknown_words_are_left_out_everywhere_but_names_of_fields_are_no_words() {
        let schema = json!({"type": "object", "title": "T", "required": ["minLength"], "properties": {
            "minLength": {"type": "string", "minLength": 3, "enum": ["minLength"]},
            "list": {"type": "array", "items": {"type": "integer", "minimum": 1}},
        }});
        let known = ["type", "required", "enum", "items", "properties", "additionalProperties"];
        let expected = json!({"type": "object", "required": ["minLength"], "properties": {
            "minLength": {"type": "string", "enum": ["minLength"]},
            "list": {"type": "array", "items": {"type": "integer"}},
        }, "additionalProperties": false});
        assert_eq!(reduced(&schema, &known), expected);
    }
}
