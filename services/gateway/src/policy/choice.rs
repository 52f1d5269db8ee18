//! What a decision chooses between, and what a ballot says.

use std::collections::HashMap;

use async_graphql::{
    ComplexObject, Context, Enum, ID, InputObject, OneofObject, Result, SimpleObject, Union,
};
use kernel::{AgendaItemId, ErrorCode, id::kinds};
use tonic::Status;
use wire::weft::governance::v1::{self as message, choice, effect};

use crate::{
    call::{Call, lacking},
    ids::{self, GlobalId},
    node,
    person::Person,
    policy::words::{Availability, Icon},
    scalars,
};

/// The reason of an option that stands in a ballot more than once.
const OPTION_REPEATED: &str = "OPTION_REPEATED";

/// The reason of an option that nothing names.
const OPTION_KEY_MISSING: &str = "OPTION_KEY_MISSING";

/// The reason of an option whose key is not that of its agenda item.
const OPTION_KEY_DIFFERS: &str = "OPTION_KEY_DIFFERS";

/// One of the things that a decision chooses between.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct DecisionOption {
    /// Its name in ballots, outcomes, figures and winners. To know whom or what such a key stands for,
    /// read `options { key label itemId candidate { id } }` and look for the same key.
    key: String,
    /// What it means.
    icon: Icon,
    /// What people read; null for a person who stands for election.
    label: Option<String>,
    /// The agenda item that gets its place by the decision; null for anything else.
    item_id: Option<ID>,
    #[graphql(skip)]
    candidate_id: String,
}

#[ComplexObject]
impl DecisionOption {
    /// The person who stands for election; null for anything else, and when you may not know of
    /// them.
    async fn candidate(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(node::person(Call::of(ctx)?, &self.candidate_id).await?)
    }
}

impl DecisionOption {
    /// The options of a message, whose effects say whether they are agenda items: their keys are the
    /// items' ids then.
    ///
    /// # Errors
    ///
    /// The message lacks what its contract promises.
    pub(crate) fn all(
        options: Vec<message::DecisionOption>,
        effects: &[message::Effect],
    ) -> Result<Vec<DecisionOption>, Status> {
        let items = effects.iter().any(|effect| {
            matches!(&effect.effect, Some(effect::Effect::PrioritiseAgenda(order))
                if order.item_ids.is_empty())
        });
        let options = options.into_iter().map(|option| {
            let item = AgendaItemId::parse(&option.key).ok().filter(|_| items);
            Ok(DecisionOption {
                icon: scalars::known(option.icon)?,
                label: scalars::given(option.label),
                item_id: item.map(ids::encode),
                candidate_id: option.candidate_id,
                key: option.key,
            })
        });
        options.collect()
    }
}

/// One of the things to choose between.
#[derive(InputObject, Debug)]
pub(crate) struct DecisionOptionInput {
    /// Its name in ballots; leave it out beside a candidate or an agenda item, who or which gives it
    /// one: read `options { key }` of the proposal or the decision before you fill in a ballot.
    key: Option<String>,
    /// What it means.
    #[graphql(default_with = "Icon::Item")]
    icon: Icon,
    /// What people read; leave it out for a person who stands for election.
    label: Option<String>,
    /// The person who stands for election.
    candidate_id: Option<GlobalId<kinds::Person>>,
    /// The agenda item that gets its place by the decision; it needs a label too.
    item_id: Option<GlobalId<kinds::AgendaItem>>,
}

impl DecisionOptionInput {
    /// The option as the services take it: the key of a candidate or an item is its bare id.
    ///
    /// # Errors
    ///
    /// Nothing names it, or its key and its agenda item do so differently. That the key is the
    /// candidate's is for the services to say.
    pub(crate) fn message(self) -> Result<message::DecisionOption, Status> {
        let refuse = |reason, message| {
            Err(wire::status(ErrorCode::Invalid, reason, Some("options.key"), message))
        };
        let candidate_id = self.candidate_id.map_or_else(String::new, GlobalId::text);
        let item_id = self.item_id.map(GlobalId::text);
        let named = self.key.or_else(|| item_id.clone());
        let Some(key) = named.or_else(|| scalars::given(candidate_id.clone())) else {
            let message = "an option has no name: give it a candidateId, an itemId or a key";
            return refuse(OPTION_KEY_MISSING, message);
        };
        if item_id.is_some_and(|item_id| item_id != key) {
            let message = "an option has a key that is not its item's: leave the key out";
            return refuse(OPTION_KEY_DIFFERS, message);
        }
        Ok(message::DecisionOption {
            key,
            icon: self.icon.into(),
            label: scalars::optional(self.label),
            candidate_id,
        })
    }
}

/// What a ballot says.
#[derive(Union)]
pub(crate) enum Choice {
    /// It takes part without a say.
    Plain(PlainChoice),
    /// One option: agree, disagree, stand aside, block or consent.
    Option(OptionChoice),
    /// Some options, all alike.
    Options(OptionsChoice),
    /// A score for each of some options.
    Scores(ScoresChoice),
    /// Dots, spread over options.
    Dots(DotsChoice),
    /// Options, from the most wanted down.
    Ranking(RankingChoice),
    /// Which times suit.
    Times(TimesChoice),
}

/// A way to take part without a say.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PlainChoiceKind {
    /// Abstains.
    Abstain,
    /// Hands in a blank ballot.
    Blank,
}

/// A ballot without a say.
#[derive(SimpleObject)]
pub(crate) struct PlainChoice {
    /// In which way.
    kind: PlainChoiceKind,
}

/// A ballot for one option.
#[derive(SimpleObject)]
pub(crate) struct OptionChoice {
    /// The option's key.
    option: String,
}

/// A ballot for some options, all alike.
#[derive(SimpleObject)]
pub(crate) struct OptionsChoice {
    /// The options' keys.
    options: Vec<String>,
}

/// A ballot that scores options.
#[derive(SimpleObject)]
pub(crate) struct ScoresChoice {
    /// The scores, in order of the options' keys.
    scores: Vec<OptionScore>,
}

/// A ballot that spreads dots.
#[derive(SimpleObject)]
pub(crate) struct DotsChoice {
    /// The dots, in order of the options' keys.
    dots: Vec<OptionDots>,
}

/// A ballot that ranks options.
#[derive(SimpleObject)]
pub(crate) struct RankingChoice {
    /// The options' keys, the most wanted first.
    ranking: Vec<String>,
}

/// A ballot that says which times suit.
#[derive(SimpleObject)]
pub(crate) struct TimesChoice {
    /// The times, in order of the options' keys.
    times: Vec<OptionTime>,
}

/// The score of an option.
#[derive(SimpleObject, InputObject, Debug)]
#[graphql(input_name = "OptionScoreInput")]
pub(crate) struct OptionScore {
    /// The option's key.
    option: String,
    /// Its score.
    score: i32,
}

/// The dots of an option.
#[derive(SimpleObject, InputObject, Debug)]
#[graphql(input_name = "OptionDotsInput")]
pub(crate) struct OptionDots {
    /// The option's key.
    option: String,
    /// How many.
    dots: u32,
}

/// Whether a time suits.
#[derive(SimpleObject, InputObject, Debug)]
#[graphql(input_name = "OptionTimeInput")]
pub(crate) struct OptionTime {
    /// The option's key.
    option: String,
    /// Whether it suits.
    availability: Availability,
}

impl Choice {
    /// The choice of a message.
    ///
    /// # Errors
    ///
    /// The message lacks what its contract promises.
    pub(crate) fn of(value: Option<message::Choice>) -> Result<Choice, Status> {
        let plain = |kind| Choice::Plain(PlainChoice { kind });
        Ok(match value.and_then(|value| value.choice).ok_or_else(|| lacking("choice"))? {
            choice::Choice::Abstain(_) => plain(PlainChoiceKind::Abstain),
            choice::Choice::Blank(_) => plain(PlainChoiceKind::Blank),
            choice::Choice::Option(option) => Choice::Option(OptionChoice { option }),
            choice::Choice::Options(it) => Choice::Options(OptionsChoice { options: it.keys }),
            choice::Choice::Scores(it) => {
                let scores = sorted(it.scores);
                let score = |(option, score)| OptionScore { option, score };
                Choice::Scores(ScoresChoice { scores: scores.into_iter().map(score).collect() })
            }
            choice::Choice::Dots(it) => {
                let dots = |(option, dots)| OptionDots { option, dots };
                Choice::Dots(DotsChoice { dots: sorted(it.dots).into_iter().map(dots).collect() })
            }
            choice::Choice::Ranking(it) => Choice::Ranking(RankingChoice { ranking: it.keys }),
            choice::Choice::Times(it) => {
                let times = sorted(it.times).into_iter().map(|(option, availability)| {
                    let availability = scalars::known(availability)?;
                    Ok::<_, Status>(OptionTime { option, availability })
                });
                Choice::Times(TimesChoice { times: times.collect::<Result<_, _>>()? })
            }
        })
    }
}

fn sorted<V>(entries: HashMap<String, V>) -> Vec<(String, V)> {
    let mut entries: Vec<_> = entries.into_iter().collect();
    entries.sort_by(|(left, _), (right, _)| left.cmp(right));
    entries
}

/// What your ballot is to say.
#[derive(OneofObject, Debug)]
pub(crate) enum ChoiceInput {
    /// Take part without a say.
    Plain(PlainChoiceKind),
    /// The key of one option: agree, disagree, stand aside, block or consent.
    Option(String),
    /// The keys of some options, all alike.
    Options(Vec<String>),
    /// A score for each of some options.
    Scores(Vec<OptionScore>),
    /// Dots, spread over options.
    Dots(Vec<OptionDots>),
    /// The keys of options, from the most wanted down.
    Ranking(Vec<String>),
    /// Which times suit.
    Times(Vec<OptionTime>),
}

impl ChoiceInput {
    /// The choice as the services take it.
    ///
    /// # Errors
    ///
    /// An option is scored, dotted or timed twice.
    pub(crate) fn message(self) -> Result<message::Choice, Status> {
        let choice = match self {
            ChoiceInput::Plain(PlainChoiceKind::Abstain) => {
                choice::Choice::Abstain(choice::Nothing {})
            }
            ChoiceInput::Plain(PlainChoiceKind::Blank) => choice::Choice::Blank(choice::Nothing {}),
            ChoiceInput::Option(option) => choice::Choice::Option(option),
            ChoiceInput::Options(keys) => choice::Choice::Options(choice::Keys { keys }),
            ChoiceInput::Scores(scores) => {
                let scores = once(scores.into_iter().map(|it| (it.option, it.score)), "scores")?;
                choice::Choice::Scores(choice::Scores { scores })
            }
            ChoiceInput::Dots(dots) => {
                let dots = once(dots.into_iter().map(|it| (it.option, it.dots)), "dots")?;
                choice::Choice::Dots(choice::Dots { dots })
            }
            ChoiceInput::Ranking(keys) => choice::Choice::Ranking(choice::Keys { keys }),
            ChoiceInput::Times(times) => {
                let times = times.into_iter().map(|it| (it.option, it.availability.into()));
                choice::Choice::Times(choice::Times { times: once(times, "times")? })
            }
        };
        Ok(message::Choice { choice: Some(choice) })
    }
}

/// The entries by their options: the services take each option once, and none may be lost here.
fn once<V>(
    entries: impl Iterator<Item = (String, V)>,
    field: &str,
) -> Result<HashMap<String, V>, Status> {
    let mut found = HashMap::new();
    for (option, value) in entries {
        if found.insert(option, value).is_some() {
            let message = "an option stands there twice";
            return Err(wire::status(ErrorCode::Invalid, OPTION_REPEATED, Some(field), message));
        }
    }
    Ok(found)
}
