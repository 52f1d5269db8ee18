//! What a ballot may say, method by method, and what the options of a decision may be.

use std::collections::BTreeSet;

use events::{Choice, DecisionOption, Icon, Method, OptionKey};

/// How many options a decision has at most.
pub const OPTIONS_MAX: usize = 1_000;

/// Why a ballot does not fit the method of its decision.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Misfit {
    /// It is a ranking where scores are asked for, or the like.
    #[error("this decision takes ballots of another kind")]
    OtherKind,
    /// It says nothing; whoever means that hands in a blank ballot.
    #[error("the ballot chooses nothing; hand in a blank one to say so")]
    NothingChosen,
    /// It names an option that there is not.
    #[error("there is no option {0}")]
    OptionUnknown(OptionKey),
    /// It chooses too few options.
    #[error("the ballot chooses {chosen} options, fewer than {min}")]
    TooFewChoices {
        /// How many it chooses.
        chosen: usize,
        /// How many it has to choose.
        min: u32,
    },
    /// It chooses too many options.
    #[error("the ballot chooses {chosen} options, more than {max}")]
    TooManyChoices {
        /// How many it chooses.
        chosen: usize,
        /// How many it may choose.
        max: u32,
    },
    /// A score lies outside the range.
    #[error("the score {score} is not from {min} to {max}")]
    ScoreOutOfRange {
        /// The score.
        score: i32,
        /// The lowest that may be given.
        min: i32,
        /// The highest that may be given.
        max: i32,
    },
    /// It spends more dots than it has.
    #[error("the ballot spends {spent} dots of {max}")]
    TooManyDots {
        /// How many it spends.
        spent: u64,
        /// How many it has.
        max: u32,
    },
    /// It gives too many ranks.
    #[error("the ballot ranks {ranks} options, more than {max}")]
    TooManyRanks {
        /// How many it ranks.
        ranks: usize,
        /// How many it may rank.
        max: usize,
    },
    /// It ranks an option twice.
    #[error("the ballot ranks {0} twice")]
    RankedTwice(OptionKey),
}

/// Why the options of a decision do not fit its method.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OptionsMisfit {
    /// The method has options of its own, and these are others.
    #[error("this method has options of its own; only their labels can be chosen")]
    NotStandard,
    /// There is nothing to choose from.
    #[error("this method chooses between things, and there are none")]
    NoItems,
    /// An option of an election or a ranking is no thing or person to choose.
    #[error("this method chooses between things; its options cannot agree or disagree")]
    NotAnItem,
    /// Two options have the same key.
    #[error("two options have the same key")]
    KeyTwice,
    /// There are too many.
    #[error("there are more than {OPTIONS_MAX} options")]
    TooMany,
}

/// The key of the option with this meaning, where the method says which options there are.
pub fn standard_key(icon: Icon) -> &'static str {
    match icon {
        Icon::Agree => "agree",
        Icon::Disagree => "disagree",
        Icon::StandAside => "stand_aside",
        Icon::Block => "block",
        Icon::Consent => "consent",
        Icon::Item => "item",
    }
}

/// The options that a method has of itself; none where it chooses between things.
pub fn standard_options(method: &Method) -> Vec<DecisionOption> {
    let icons: &[Icon] = match method {
        Method::Majority {} | Method::Advice {} => &[Icon::Agree, Icon::Disagree],
        Method::ProposalWithBlock { .. } => &[Icon::Agree, Icon::Disagree, Icon::Block],
        Method::Consent {} => &[Icon::Consent],
        Method::Consensus {} => &[Icon::Agree, Icon::StandAside, Icon::Disagree, Icon::Block],
        Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => &[],
    };
    let option = |icon: &Icon| DecisionOption {
        key: OptionKey(standard_key(*icon).to_owned()),
        icon: *icon,
        label: String::new(),
        candidate: None,
    };
    icons.iter().map(option).collect()
}

/// The options that a decision gets: those that are given, or those of the method.
///
/// Methods with options of their own take exactly those, with any labels, so that figures tell
/// without the terms who agreed. Advice may be asked about any options.
///
/// # Errors
///
/// Returns why the given options do not fit the method.
pub fn options_for(
    method: &Method,
    given: &[DecisionOption],
) -> Result<Vec<DecisionOption>, OptionsMisfit> {
    if given.len() > OPTIONS_MAX {
        return Err(OptionsMisfit::TooMany);
    }
    let keys: BTreeSet<&OptionKey> = given.iter().map(|option| &option.key).collect();
    if keys.len() < given.len() {
        return Err(OptionsMisfit::KeyTwice);
    }
    match method {
        Method::Majority {}
        | Method::ProposalWithBlock { .. }
        | Method::Consent {}
        | Method::Consensus {} => {
            let standard = standard_options(method);
            if given.is_empty() {
                return Ok(standard);
            }
            let is_standard = |option: &DecisionOption| {
                let like = |it: &DecisionOption| (&it.key, it.icon) == (&option.key, option.icon);
                option.candidate.is_none() && standard.iter().any(like)
            };
            if given.len() != standard.len() || !given.iter().all(is_standard) {
                return Err(OptionsMisfit::NotStandard);
            }
        }
        Method::Advice {} if given.is_empty() => return Ok(standard_options(method)),
        Method::Advice {} => {}
        Method::Choose { .. }
        | Method::Score { .. }
        | Method::Dots { .. }
        | Method::Ranked { .. }
        | Method::TimePoll {} => {
            if given.is_empty() {
                return Err(OptionsMisfit::NoItems);
            }
            if given.iter().any(|option| option.icon != Icon::Item) {
                return Err(OptionsMisfit::NotAnItem);
            }
        }
    }
    Ok(given.to_vec())
}

/// Checks that a ballot says something that the method can count. Abstaining and a blank ballot
/// always fit. Source: domain.md, section 3.5.
///
/// # Errors
///
/// Returns what does not fit.
#[expect(clippy::too_many_lines, reason = "one table of methods and ballots")]
pub fn fits(method: &Method, options: &[DecisionOption], choice: &Choice) -> Result<(), Misfit> {
    let known = |key: &OptionKey| {
        let known = options.iter().any(|option| option.key == *key);
        if known { Ok(()) } else { Err(Misfit::OptionUnknown(key.clone())) }
    };
    match (method, choice) {
        (_, Choice::Abstain {} | Choice::Blank {}) => Ok(()),
        (
            Method::Majority {}
            | Method::ProposalWithBlock { .. }
            | Method::Consent {}
            | Method::Consensus {}
            | Method::Advice {},
            Choice::Option(key),
        ) => known(key),
        (Method::Choose { choices_min, choices_max, .. }, Choice::Options(keys)) => {
            keys.iter().try_for_each(known)?;
            let chosen = keys.len();
            if chosen == 0 {
                Err(Misfit::NothingChosen)
            } else if u32::try_from(chosen).is_ok_and(|chosen| chosen < *choices_min) {
                Err(Misfit::TooFewChoices { chosen, min: *choices_min })
            } else if u32::try_from(chosen).is_ok_and(|chosen| chosen <= *choices_max) {
                Ok(())
            } else {
                Err(Misfit::TooManyChoices { chosen, max: *choices_max })
            }
        }
        (Method::Score { score_min, score_max, .. }, Choice::Scores(scores)) => {
            scores.keys().try_for_each(known)?;
            let outside = |score: &&i32| **score < *score_min || *score_max < **score;
            match scores.values().find(outside) {
                Some(score) => {
                    Err(Misfit::ScoreOutOfRange { score: *score, min: *score_min, max: *score_max })
                }
                None if scores.is_empty() => Err(Misfit::NothingChosen),
                None => Ok(()),
            }
        }
        (Method::Dots { dots_max, .. }, Choice::Dots(dots)) => {
            dots.keys().try_for_each(known)?;
            let spent = dots.values().map(|dots| u64::from(*dots)).sum::<u64>();
            if spent == 0 {
                Err(Misfit::NothingChosen)
            } else if u64::from(*dots_max) < spent {
                Err(Misfit::TooManyDots { spent, max: *dots_max })
            } else {
                Ok(())
            }
        }
        (Method::Ranked { ranks_max, .. }, Choice::Ranking(ranking)) => {
            ranking.iter().try_for_each(known)?;
            let mut seen = BTreeSet::new();
            if let Some(twice) = ranking.iter().find(|key| !seen.insert(*key)) {
                return Err(Misfit::RankedTwice(twice.clone()));
            }
            let max = ranks_max.map_or(options.len(), |max| max as usize);
            if ranking.is_empty() {
                Err(Misfit::NothingChosen)
            } else if max < ranking.len() {
                Err(Misfit::TooManyRanks { ranks: ranking.len(), max })
            } else {
                Ok(())
            }
        }
        (Method::TimePoll {}, Choice::Times(times)) => {
            times.keys().try_for_each(known)?;
            if times.is_empty() { Err(Misfit::NothingChosen) } else { Ok(()) }
        }
        (
            Method::Majority {}
            | Method::ProposalWithBlock { .. }
            | Method::Consent {}
            | Method::Consensus {}
            | Method::Advice {}
            | Method::Choose { .. }
            | Method::Score { .. }
            | Method::Dots { .. }
            | Method::Ranked { .. }
            | Method::TimePoll {},
            Choice::Option(_)
            | Choice::Options(_)
            | Choice::Scores(_)
            | Choice::Dots(_)
            | Choice::Ranking(_)
            | Choice::Times(_),
        ) => Err(Misfit::OtherKind),
    }
}
