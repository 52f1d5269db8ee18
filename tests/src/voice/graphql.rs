//! Speaking GraphQL.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use jiff::Timestamp;
use kernel::{Id, IdKind, Party};
use serde_json::{Value, json};
use wire::read;

use super::Voice;
use crate::Refusal;

/// The id that GraphQL has for a thing.
pub fn global<K: IdKind>(id: Id<K>) -> String {
    BASE64.encode(format!("{}:{id}", K::NAME))
}

/// The id that GraphQL has for a party.
pub fn global_party(party: Party) -> String {
    match party {
        Party::Person(person) => global(person),
        Party::Organisation(organisation) => global(organisation),
    }
}

/// The thing that an id of GraphQL stands for.
pub fn local<K: IdKind>(id: &Value) -> Id<K> {
    let text = String::from_utf8(BASE64.decode(id.as_str().unwrap()).unwrap()).unwrap();
    let (kind, uuid) = text.split_once(':').unwrap();
    assert_eq!(kind, K::NAME);
    Id::parse(uuid).unwrap()
}

/// A position, which GraphQL writes as text.
pub fn number(value: &Value) -> u64 {
    value.as_str().unwrap().parse().unwrap()
}

/// What GraphQL calls a value of an enum, by its name in the contract and the prefix there.
pub fn enum_name<'a>(name: &'a str, prefix: &str) -> &'a str {
    name.strip_prefix(prefix).unwrap()
}

impl Voice<'_> {
    /// Asks, after whatever was changed before, and gives the data or the refusal.
    ///
    /// # Errors
    ///
    /// The first error of the answer.
    pub async fn ask(&self, query: &str, variables: Value) -> Result<Value, Refusal> {
        let mut headers = self.headers();
        headers.push(("weft-min-position", self.world.position().to_string()));
        let body = json!({ "query": query, "variables": variables });
        let mut answer = self.world.post_graphql(&headers, &body).await;
        match Refusal::of_answer(&answer) {
            Some(refusal) => Err(refusal),
            None => Ok(answer["data"].take()),
        }
    }

    /// Changes something by the mutation `field`, and gives the payload: position, events,
    /// recalled, and what else is selected.
    pub(super) async fn mutate(
        &self,
        field: &str,
        mut input: Value,
        selection: &str,
    ) -> Result<Value, Refusal> {
        let command = self.command();
        input["commandId"] = command.command_id.into();
        if let Some(at) = read::instant(command.effective_at, "effective_at").unwrap() {
            input["effectiveAt"] = Timestamp::to_string(&at).into();
        }
        if let Some(organisation) = self.on_behalf_of {
            input["onBehalfOf"] = global(organisation).into();
        }
        let kind = format!("{}{}", field[..1].to_uppercase(), &field[1..]);
        let query = format!(
            "mutation($input: {kind}Input!) {{
                {field}(input: $input) {{ position events recalled {selection} }}
            }}"
        );
        let mut data = self.ask(&query, json!({ "input": input })).await?;
        Ok(data[field].take())
    }
}
