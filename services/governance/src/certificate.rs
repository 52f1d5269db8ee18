//! Certificates: everything that is needed to count a decision again, and the check that does.
//!
//! A [`Bundle`] is made of what was recorded and of nothing else, so it is the same bytes after a
//! replay and after somebody was forgotten: it holds no personal field. [`verify_json`] needs no
//! server, no clock and no network. [`Bundle::blt`] writes its rankings for other election software.

use events::{AlikeBallots, BallotsKept, Figures, Outcome, ResolvedDelegation, TieBreak, TieRule};
use kernel::{DecisionId, ErrorCode, PersonId, Rejection};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_path_to_error::Segment;

use crate::{
    canonical,
    counting::{self, Broken, Casting, Inputs, Seed, Settling, Uncountable},
    decision::{Decision, Facts, SecretBox},
};

mod blt;

#[cfg(test)]
mod tests;

/// The shape of bundles.
pub const FORMAT: &str = "weft-certificate/1";

/// How many differences are told at most.
pub const DIFFERENCES_MAX: usize = 100;

/// How much of a value a difference shows, in characters.
const SHOWN_MAX: usize = 200;

/// The place of the hash in a bundle.
const BUNDLE_HASH: &str = "bundle_hash";

/// Everything that a decision was counted from, and what the count came to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// The shape: [`FORMAT`].
    pub format: String,
    /// The position of the log that the roster was read at for the roll.
    pub roll_position: u64,
    /// The SHA-256 of the canonical JSON of the roll, in hexadecimal, as recorded.
    pub roll_hash: String,
    /// Where a vote that was held elsewhere can be checked; absent where it was held here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<HeldThere>,
    /// What was counted: terms, roll, ballots, lent votes, objections without their texts.
    pub inputs: Inputs,
    /// The SHA-256 of the canonical JSON of the inputs, in hexadecimal, as recorded.
    pub inputs_hash: String,
    /// The counting rules and their version.
    pub algorithm: String,
    /// Where lent votes went.
    pub delegations: Vec<ResolvedDelegation>,
    /// The figures.
    pub figures: Figures,
    /// How ties were broken, with the seed where it was by lot.
    pub ties: Vec<Broken>,
    /// What it came to.
    pub outcome: Outcome,
    /// The SHA-256 of the canonical JSON of everything above, in hexadecimal.
    pub bundle_hash: String,
}

/// Where a vote can be checked that was held in an election system elsewhere. What is counted here is
/// what was reported of it; that nobody was left out or counted twice there, only its own proofs say.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldThere {
    /// Who reported the result.
    pub reported_by: PersonId,
    /// The address of the election there.
    pub address: String,
    /// The SHA-256 of what was published there to check the result by, in hexadecimal.
    pub sha256: String,
}

/// In what form a certificate is handed out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// The whole bundle: see [`Bundle::json`].
    Json,
    /// The rankings that counted: see [`Bundle::blt`].
    Blt,
}

/// Why there is no bundle of a decision, or not in the form that was asked for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoBundle {
    /// It was not counted.
    #[error("this decision has no certificate yet")]
    NotCertified,
    /// It is secret, and its box is not at hand.
    #[error("the box of this secret decision is not at hand")]
    BoxMissing,
    /// It has no JSON.
    #[error("cannot be written as JSON: {0}")]
    NoJson(String),
    /// Its ballots are no rankings, and a BLT file holds nothing else.
    #[error("the ballots of this decision are no rankings; its certificate is JSON only")]
    NotRanked,
    /// Its inputs are none that anything was counted from.
    #[error("the inputs cannot be counted: {0}")]
    NotCountable(#[from] Uncountable),
}

/// Something in a bundle that is not what it is found to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Where: a JSON pointer such as `/figures/options/0/units`; empty for the whole.
    pub path: String,
    /// What the bundle says; empty when it says nothing there.
    pub stated: String,
    /// What it should say; empty when there should be nothing.
    pub computed: String,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Difference { path, stated, computed } = self;
        let place = if path.is_empty() { "the bundle" } else { path };
        let or_nothing =
            |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
        write!(f, "{place}: states {}, computed {}", or_nothing(stated), or_nothing(computed))
    }
}

impl Bundle {
    /// The bundle of a decision that was counted. Of a secret one `secret` is the opened box, as it
    /// was recorded; it is not looked at otherwise.
    ///
    /// # Errors
    ///
    /// Returns why there is none.
    pub fn of(
        decision: DecisionId,
        state: &Decision,
        secret: SecretBox,
    ) -> Result<Bundle, NoBundle> {
        let certified = state.certified.as_deref().ok_or(NoBundle::NotCertified)?;
        let roll = state.roll.as_deref().ok_or(NoBundle::NotCertified)?;
        let outcome = certified.outcome.clone().ok_or(NoBundle::NotCertified)?;
        let facts = Facts { decision, lent: Vec::new(), secret };
        let inputs = state.inputs(&facts).ok_or(NoBundle::NotCertified)?;
        match (inputs.terms.policy.ballots_kept(), &facts.secret) {
            (BallotsKept::InBox, SecretBox::None | SecretBox::Closed { .. }) => {
                return Err(NoBundle::BoxMissing);
            }
            (BallotsKept::InBox, SecretBox::Opened { .. })
            | (BallotsKept::InLog | BallotsKept::Elsewhere, _) => {}
        }
        let elsewhere = state.external.as_deref().map(|(by, result)| HeldThere {
            reported_by: *by,
            address: result.address.clone(),
            sha256: result.sha256.clone(),
        });
        let mut bundle = Bundle {
            format: FORMAT.to_owned(),
            roll_position: roll.position,
            roll_hash: roll.hash.clone(),
            elsewhere,
            inputs,
            inputs_hash: certified.inputs_hash.clone(),
            algorithm: certified.algorithm.clone(),
            delegations: certified.delegations.clone(),
            figures: certified.figures.clone(),
            ties: certified.ties.clone(),
            outcome,
            bundle_hash: String::new(),
        };
        let value = bundle.value()?;
        bundle.bundle_hash = hash_of_rest(&value)?;
        Ok(bundle)
    }

    /// The bundle as it is handed out: canonical JSON, and the end of the line.
    ///
    /// # Errors
    ///
    /// Returns that it has no JSON.
    pub fn json(&self) -> Result<Vec<u8>, NoBundle> {
        let mut json =
            canonical::json(self).map_err(|error| NoBundle::NoJson(error.to_string()))?;
        json.push(b'\n');
        Ok(json)
    }

    /// The bundle in one of its forms, as text in UTF-8.
    ///
    /// # Errors
    ///
    /// Returns why it has no such form.
    pub fn written(&self, form: Form) -> Result<Vec<u8>, NoBundle> {
        match form {
            Form::Json => self.json(),
            Form::Blt => self.blt().map(String::into_bytes),
        }
    }

    /// The ballots of a secret decision, and how many voted; `None` for any other.
    pub fn sealed(&self) -> Option<(&[AlikeBallots], u32)> {
        match &self.inputs.votes {
            counting::Votes::Secret { ballots, voted, .. } => Some((ballots, *voted)),
            counting::Votes::Open(_) | counting::Votes::Sealed { .. } => None,
        }
    }

    fn value(&self) -> Result<Value, NoBundle> {
        serde_json::to_value(self).map_err(|error| NoBundle::NoJson(error.to_string()))
    }

    /// What ties are settled by in a recount: what the bundle itself tells of them. A casting vote
    /// that is not told of was not cast, and the tie changed nothing.
    fn settling(&self) -> Settling {
        let seed = self.ties.iter().find_map(|tie| match &tie.by {
            TieBreak::Lot { seed } => Seed::parse(seed),
            TieBreak::EarlierRound {} | TieBreak::StatusQuo {} | TieBreak::CastingVote { .. } => {
                None
            }
        });
        let cast = self.ties.iter().find_map(|tie| match &tie.by {
            TieBreak::CastingVote { by, favours } => {
                Some(Casting::Cast { by: *by, favours: favours.clone() })
            }
            TieBreak::EarlierRound {} | TieBreak::StatusQuo {} | TieBreak::Lot { .. } => None,
        });
        let vacant = match self.inputs.terms.policy.tie {
            TieRule::CastingVote { .. } => Casting::Vacant,
            TieRule::StatusQuo {} | TieRule::SecondRound {} | TieRule::SeededLot {} => {
                Casting::Awaited
            }
        };
        Settling { seed, casting: cast.unwrap_or(vacant) }
    }
}

/// Checks a bundle as it was handed out, byte by byte, by counting again.
///
/// # Errors
///
/// Returns everything that differs from what it should be.
pub fn verify_json(json: &[u8]) -> Result<Bundle, Vec<Difference>> {
    let whole = |stated: String, computed: &str| {
        vec![Difference { path: String::new(), stated, computed: computed.to_owned() }]
    };
    let value: Value = serde_json::from_slice(json)
        .map_err(|error| whole(error.to_string(), "a bundle in JSON"))?;
    if value.is_string() {
        let stated = "a text in quotes, such as a bundle that was quoted once more";
        return Err(whole(
            stated.to_owned(),
            "the bundle as it was handed out, which is an object",
        ));
    }
    let bundle: Bundle = serde_path_to_error::deserialize(value.clone())
        .map_err(|error| vec![unreadable(&value, &error)])?;
    let mut differences = Vec::new();
    match serde_json::to_value(&bundle) {
        // What is in the file and in no bundle, or written otherwise than bundles are.
        Ok(read) => differ("", &value, &read, &mut differences),
        Err(error) => return Err(whole(error.to_string(), "a bundle in JSON")),
    }
    let canonical = canonical::json(&value).unwrap_or_default();
    let text = json.strip_suffix(b"\n").unwrap_or(json);
    if differences.is_empty() && text != canonical.as_slice() {
        let at = text.iter().zip(&canonical).take_while(|(left, right)| left == right).count();
        let stated = format!("the same in other bytes from byte {at} on");
        let computed = "canonical JSON; take the file as it was handed out, byte for byte, without \
                        other spaces or line ends";
        differences.extend(whole(stated, computed));
    }
    if let Err(more) = verify(&bundle) {
        differences.extend(more);
    }
    if differences.is_empty() {
        return Ok(bundle);
    }
    differences.truncate(DIFFERENCES_MAX);
    Err(differences)
}

/// Checks a bundle by counting again: the hashes of the roll, of the inputs and of the bundle, where
/// lent votes went, the figures, the ties and the outcome.
///
/// # Errors
///
/// Returns everything that differs from what it should be.
pub fn verify(bundle: &Bundle) -> Result<(), Vec<Difference>> {
    let mut differences = Vec::new();
    let mut same = |path: &str, stated: &str, computed: &str| {
        if stated != computed {
            differences.push(Difference {
                path: path.to_owned(),
                stated: stated.to_owned(),
                computed: computed.to_owned(),
            });
        }
    };
    same("/format", &bundle.format, FORMAT);
    same("/algorithm", &bundle.algorithm, counting::ALGORITHM);
    let roll_hash = canonical::hash_of(&bundle.inputs.roll).unwrap_or_default();
    same("/roll_hash", &bundle.roll_hash, &roll_hash);
    let bundle_hash =
        bundle.value().and_then(|value| hash_of_rest(&value)).unwrap_or_else(|no| no.to_string());
    same("/bundle_hash", &bundle.bundle_hash, &bundle_hash);
    let held = |elsewhere| if elsewhere { "a vote held elsewhere" } else { "a vote held here" };
    let by_policy = bundle.inputs.terms.policy.ballots_kept() == BallotsKept::Elsewhere;
    same("/elsewhere", held(bundle.elsewhere.is_some()), held(by_policy));
    match counting::count(&bundle.inputs, &bundle.settling()) {
        Err(error) => differences.push(Difference {
            path: "/inputs".to_owned(),
            stated: "what was counted".to_owned(),
            computed: error.to_string(),
        }),
        Ok(count) => {
            same("/inputs_hash", &bundle.inputs_hash, &count.inputs_hash);
            let lent = counting::lent_of(&count.delegations);
            let mut compare = |path: &str, stated: Value, computed: Value| {
                differ(path, &stated, &computed, &mut differences);
            };
            compare("/inputs/lent", json_of(&bundle.inputs.lent), json_of(&lent));
            compare("/delegations", json_of(&bundle.delegations), json_of(&count.delegations));
            compare("/figures", json_of(&bundle.figures), json_of(&count.figures));
            compare("/ties", json_of(&bundle.ties), json_of(&count.ties));
            compare("/outcome", json_of(&bundle.outcome), json_of(&count.outcome));
        }
    }
    differences.truncate(DIFFERENCES_MAX);
    if differences.is_empty() { Ok(()) } else { Err(differences) }
}

/// What no bundle has there: a value of another kind, or one with a field too many or too few.
fn unreadable(bundle: &Value, error: &serde_path_to_error::Error<serde_json::Error>) -> Difference {
    let mut path = String::new();
    for segment in error.path() {
        let step = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } | Segment::Enum { variant: key } => step_of(key),
            Segment::Unknown => break,
        };
        // A variant that is written as a text, and a field that is missing, have no place of their own.
        let deeper = format!("{path}/{step}");
        if bundle.pointer(&deeper).is_none() {
            break;
        }
        path = deeper;
    }
    let value = match bundle.pointer(&path) {
        Some(value @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_))) => {
            shown(value.to_string())
        }
        Some(Value::Array(_) | Value::Object(_)) | None => "what no bundle has there".to_owned(),
    };
    let stated = format!("{value} ({})", shown(error.inner().to_string()));
    Difference { path, stated, computed: format!("what {FORMAT} has there") }
}

/// A step of a JSON pointer.
fn step_of(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn json_of(value: &impl Serialize) -> Value {
    // What was read from JSON, or counted from it, can be written as JSON.
    serde_json::to_value(value).unwrap_or_default()
}

/// The hash of a bundle without its own hash.
fn hash_of_rest(value: &Value) -> Result<String, NoBundle> {
    let mut rest = value.clone();
    if let Some(fields) = rest.as_object_mut() {
        fields.remove(BUNDLE_HASH);
    }
    canonical::hash_of(&rest).map_err(|error| NoBundle::NoJson(error.to_string()))
}

/// Finds where two values differ, as deep as they are alike.
fn differ(path: &str, stated: &Value, computed: &Value, found: &mut Vec<Difference>) {
    if found.len() >= DIFFERENCES_MAX || stated == computed {
        return;
    }
    match (stated, computed) {
        (Value::Object(left), Value::Object(right)) => {
            let mut keys: Vec<&String> = left.keys().chain(right.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                let path = format!("{path}/{}", step_of(key));
                entry(&path, left.get(key), right.get(key), found);
            }
        }
        (Value::Array(left), Value::Array(right)) => {
            for index in 0..left.len().max(right.len()) {
                entry(&format!("{path}/{index}"), left.get(index), right.get(index), found);
            }
        }
        (
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_),
            _,
        ) => found.push(Difference {
            path: path.to_owned(),
            stated: shown(stated.to_string()),
            computed: shown(computed.to_string()),
        }),
    }
}

fn entry(
    path: &str,
    stated: Option<&Value>,
    computed: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    match (stated, computed) {
        (Some(stated), Some(computed)) => differ(path, stated, computed, found),
        (stated, computed) if found.len() < DIFFERENCES_MAX => {
            let told = |value: Option<&Value>| value.map(Value::to_string).map(shown);
            found.push(Difference {
                path: path.to_owned(),
                stated: told(stated).unwrap_or_default(),
                computed: told(computed).unwrap_or_default(),
            });
        }
        (Some(_) | None, Some(_) | None) => {}
    }
}

fn shown(text: String) -> String {
    if text.chars().count() <= SHOWN_MAX {
        return text;
    }
    text.chars().take(SHOWN_MAX).chain(['…']).collect()
}

impl Rejection for NoBundle {
    fn code(&self) -> ErrorCode {
        match self {
            NoBundle::NotCertified | NoBundle::BoxMissing | NoBundle::NotRanked => {
                ErrorCode::Precondition
            }
            NoBundle::NoJson(_) | NoBundle::NotCountable(_) => ErrorCode::Internal,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            NoBundle::NotCertified => "NO_CERTIFICATE_YET",
            NoBundle::BoxMissing => "CERTIFICATE_BOX_MISSING",
            NoBundle::NoJson(_) => "CERTIFICATE_UNREADABLE",
            NoBundle::NotRanked => "CERTIFICATE_NOT_RANKED",
            NoBundle::NotCountable(_) => "CERTIFICATE_NOT_COUNTABLE",
        }
    }
}
