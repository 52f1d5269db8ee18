//! Which operations cast ballots.

use async_graphql::parser::parse_query;

use super::*;

#[test]
fn a_ballot_is_seen_under_another_name_in_a_fragment_and_beside_other_fields() {
    for document in [
        "mutation { castBallot(input: $input) { position } }",
        "mutation M { vote: castBallot(input: $input) { position } }",
        "mutation { openProposal { id } castBallot { position } }",
        "mutation { ... on Mutation { castBallot { position } } }",
        "mutation { ...Voting } fragment Voting on Mutation { castBallot { position } }",
        "query Q { a } mutation M { castBallot { position } }",
    ] {
        assert!(casts_ballot(&parse_query(document).unwrap()), "{document}");
    }
}

#[test]
fn what_only_speaks_of_ballots_may_be_traced() {
    for document in [
        "query castBallot { decision(id: \"castBallot\") { ballots } }",
        "mutation { castBallot: withdrawBallot(input: $castBallot) { position } }",
        "{ __type(name: \"castBallot\") { name } }",
    ] {
        assert!(!casts_ballot(&parse_query(document).unwrap()), "{document}");
    }
}
