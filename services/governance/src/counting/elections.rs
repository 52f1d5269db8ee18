//! Choosing between things and persons: who wins, in which order, by which rounds and ties.

use std::cmp::Reverse;

use events::{CountedRound, DecisionTerms, Method, OptionFigures, OptionKey, RankedRule};
use tally::{
    Count, Fraction, Profile, TieRule,
    ballots::{Ballots, ProfileError},
    borda, choice, condorcet,
    count::Candidate,
    irv, stv_meek, stv_scottish,
    tie::{DecidedBy, Decides, Step, Tie},
};

/// A ranking and the weight of all who gave it.
pub(super) type Ranking<'a> = (&'a [OptionKey], u64);

/// Whether the winners are sought, or the order of all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sought {
    /// Those who win.
    Winners,
    /// All, the first to the last.
    Order,
}

/// A tie of a count, by the options' keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Tied {
    pub(super) between: Vec<OptionKey>,
    /// Who came first, or stayed; empty when nothing was decided.
    pub(super) chosen: Vec<OptionKey>,
    pub(super) by: DecidedBy,
}

/// What is counted, what is sought in it, and how ties are decided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Race<'a> {
    /// The figures of the options, in their order.
    pub(super) figures: &'a [OptionFigures],
    pub(super) rankings: &'a [Ranking<'a>],
    /// How many win at most.
    pub(super) seats: u32,
    pub(super) sought: Sought,
    pub(super) rule: &'a TieRule,
}

/// What a count came to.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Election {
    pub(super) rounds: Vec<CountedRound>,
    /// The winners or the order, as it was sought.
    pub(super) winners: Vec<OptionKey>,
    pub(super) ties: Vec<Tied>,
    /// Who may still win where a tie was left undecided: winners, and all whom it was about.
    pub(super) contenders: Vec<OptionKey>,
}

/// How many options win at most in a decision on `terms`: the seats that were recorded at the call,
/// or as many as the policy says.
pub fn seats(terms: &DecisionTerms) -> u32 {
    terms.seats.unwrap_or(seats_by(&terms.policy.method))
}

/// How many options win at most by a method; 0 for those that choose no winners.
pub fn seats_by(method: &Method) -> u32 {
    match method {
        Method::Choose { winners, .. }
        | Method::Score { winners, .. }
        | Method::Dots { winners, .. } => *winners,
        Method::Ranked { seats, .. } => *seats,
        Method::Majority {}
        | Method::ProposalWithBlock { .. }
        | Method::Consent {}
        | Method::Consensus {}
        | Method::Advice {}
        | Method::TimePoll {} => 0,
    }
}

/// Elects by the figures of the options, or by rankings. Options that nobody is for win nothing.
pub(super) fn elect(method: &Method, race: Race<'_>) -> Result<Election, ProfileError> {
    let sum = |option: &OptionFigures| option.sum.unwrap_or(0);
    Ok(match method {
        // They choose nobody.
        Method::Majority {}
        | Method::ProposalWithBlock { .. }
        | Method::Consent {}
        | Method::Consensus {}
        | Method::Advice {} => Election::default(),
        Method::Choose { .. } => by_value(race, |it| it.weight),
        Method::Score { .. } | Method::Dots { .. } => by_value(race, sum),
        Method::TimePoll {} => by_value(Race { sought: Sought::Order, ..race }, sum),
        Method::Ranked { rule, .. } => ranked(*rule, race)?,
    })
}

fn by_value<V: Ord>(race: Race<'_>, value: impl Fn(&OptionFigures) -> V) -> Election {
    let Race { figures, seats, rule, sought, .. } = race;
    match sought {
        Sought::Order => {
            let all: Vec<_> = figures.iter().map(|it| (it.option.clone(), value(it))).collect();
            order(all, rule)
        }
        Sought::Winners => {
            let supported: Vec<_> = figures.iter().filter(|it| it.units > 0).collect();
            let keys: Vec<String> = supported.iter().map(|it| it.option.0.clone()).collect();
            let values: Vec<V> = supported.iter().map(|it| value(it)).collect();
            let elected = choice::elect(&keys, &values, seats as usize, rule);
            Election::of(&keys, &elected.winners, &elected.ties, Vec::new())
        }
    }
}

/// Puts all options in order, the highest value first. Equal values are ties, which the rule
/// decides; where it does not, they stay as they stood.
fn order<V: Ord>(mut all: Vec<(OptionKey, V)>, rule: &TieRule) -> Election {
    all.sort_by(|left, right| right.1.cmp(&left.1));
    let mut election = Election::default();
    for (index, alike) in all.chunk_by(|left, right| left.1 == right.1).enumerate() {
        let between: Vec<OptionKey> = alike.iter().map(|(key, _)| key.clone()).collect();
        if between.len() == 1 {
            election.winners.extend(between);
            continue;
        }
        let keys: Vec<&str> = between.iter().map(|key| key.0.as_str()).collect();
        let step = Step { round: index + 1, decides: Decides::Seat };
        let (chosen, by) = match rule.order(step, &keys) {
            Some((order, by)) => (order.iter().map(|it| between[*it].clone()).collect(), by),
            None => (Vec::new(), DecidedBy::Undecided),
        };
        match by {
            DecidedBy::Undecided => {
                election.winners.extend(between.iter().cloned());
                election.contenders.extend(between.iter().cloned());
            }
            DecidedBy::EarlierRound(_)
            | DecidedBy::Margin
            | DecidedBy::Casting
            | DecidedBy::Lot => election.winners.extend(chosen.iter().cloned()),
        }
        election.ties.push(Tied { between, chosen, by });
    }
    election
}

fn ranked(by: RankedRule, race: Race<'_>) -> Result<Election, ProfileError> {
    let Race { figures, rankings, seats, sought, rule } = race;
    let seats = seats as usize;
    let keys = keys(figures);
    let profile = profile(&keys, rankings)?;
    if profile.distinct() == 0 {
        return Ok(Election::default());
    }
    Ok(match by {
        RankedRule::InstantRunoff => Election::counted(&keys, &irv::count(&profile, rule)),
        RankedRule::ScottishStv => {
            Election::counted(&keys, &stv_scottish::count(&profile, seats, rule))
        }
        RankedRule::MeekStv => Election::counted(&keys, &stv_meek::count(&profile, seats, rule)),
        RankedRule::Condorcet => {
            let compared = condorcet::count(&profile, seats, rule);
            let counted = Election::counted(&keys, &compared.count);
            match sought {
                Sought::Winners => counted,
                Sought::Order => {
                    let scores = points(&compared.count);
                    let defeats = compared.worst_defeats.into_iter().map(Reverse);
                    let values = scores.into_iter().zip(defeats);
                    let all = figures.iter().map(|it| it.option.clone()).zip(values).collect();
                    Election { rounds: counted.rounds, ..order(all, rule) }
                }
            }
        }
        RankedRule::Borda => {
            let count = borda::count(&profile, seats, borda::Unranked::Average, rule);
            let counted = Election::counted(&keys, &count);
            match sought {
                Sought::Winners => counted,
                Sought::Order => {
                    let values = points(&count);
                    let all = figures.iter().map(|it| it.option.clone()).zip(values).collect();
                    Election { rounds: counted.rounds, ..order(all, rule) }
                }
            }
        }
    })
}

/// The keys of options, in their order: the candidates of a ranked count.
pub(super) fn keys(figures: &[OptionFigures]) -> Vec<String> {
    figures.iter().map(|it| it.option.0.clone()).collect()
}

/// Rankings with their weights, the identical ones together.
pub(super) fn profile(keys: &[String], rankings: &[Ranking<'_>]) -> Result<Profile, ProfileError> {
    let mut ballots = Ballots::of(keys.to_vec())?;
    for (ranking, weight) in rankings {
        let candidate = |key: &OptionKey| {
            let index = keys.iter().position(|it| *it == key.0);
            index.and_then(Candidate::at).ok_or(ProfileError::CandidateUnknown)
        };
        let ranked: Vec<Candidate> = ranking.iter().map(candidate).collect::<Result<_, _>>()?;
        ballots.add(&ranked, Fraction::whole(*weight))?;
    }
    ballots.profile()
}

/// The votes of the one round of a count, in the order of the candidates.
fn points(count: &Count) -> Vec<Fraction> {
    let votes = |round: &tally::count::Round| round.votes.iter().map(|(_, votes)| *votes).collect();
    count.rounds.first().map(votes).unwrap_or_default()
}

impl Election {
    fn counted(keys: &[String], count: &Count) -> Election {
        let rounds = count.rounds.iter().map(|round| counted_round(keys, round)).collect();
        let mut election = Election::of(keys, &count.winners, &count.ties, rounds);
        let elimination =
            |tie: &Tie| (tie.by, tie.decides) == (DecidedBy::Undecided, Decides::Elimination);
        if count.ties.iter().any(elimination)
            && let Some(last) = count.rounds.last()
        {
            // Nobody of those who were left in the count has lost yet.
            election.contenders = named(keys, last.votes.iter().map(|(candidate, _)| candidate));
        }
        election
    }

    fn of(
        keys: &[String],
        winners: &[Candidate],
        ties: &[Tie],
        rounds: Vec<CountedRound>,
    ) -> Election {
        let winners = named(keys, winners);
        let mut contenders = Vec::new();
        for tie in ties.iter().filter(|tie| tie.by == DecidedBy::Undecided) {
            contenders.extend(winners.iter().cloned());
            contenders.extend(named(keys, &tie.tied));
        }
        let ties = ties.iter().filter_map(|tie| tied(keys, tie)).collect();
        Election { rounds, winners, ties, contenders }
    }
}

/// A tie as it is told; `None` where the rule's own figures decided, which is no breaking of a tie.
fn tied(keys: &[String], tie: &Tie) -> Option<Tied> {
    let between = named(keys, &tie.tied);
    let fell_on = named(keys, &tie.chosen);
    let chosen = match (tie.by, tie.decides) {
        (DecidedBy::Margin, _) => return None,
        (DecidedBy::Undecided, _) => Vec::new(),
        // Whom the tie fell on left the count, or is still in danger; the others stayed.
        (
            DecidedBy::EarlierRound(_) | DecidedBy::Casting | DecidedBy::Lot,
            Decides::Elimination,
        ) => between.iter().filter(|key| !fell_on.contains(key)).cloned().collect(),
        (
            DecidedBy::EarlierRound(_) | DecidedBy::Casting | DecidedBy::Lot,
            Decides::Surplus | Decides::Seat | Decides::Adoption,
        ) => fell_on,
    };
    Some(Tied { between, chosen, by: tie.by })
}

fn counted_round(keys: &[String], round: &tally::count::Round) -> CountedRound {
    let votes = |(candidate, votes): &(Candidate, Fraction)| {
        let key = keys.get(candidate.index()).cloned().unwrap_or_default();
        (OptionKey(key), votes.to_string())
    };
    CountedRound {
        votes: round.votes.iter().map(votes).collect(),
        exhausted: round.exhausted.to_string(),
        elected: named(keys, &round.elected),
        eliminated: named(keys, &round.eliminated),
    }
}

fn named<'a>(
    keys: &[String],
    candidates: impl IntoIterator<Item = &'a Candidate>,
) -> Vec<OptionKey> {
    let key = |candidate: &Candidate| keys.get(candidate.index()).cloned().map(OptionKey);
    candidates.into_iter().filter_map(key).collect()
}
