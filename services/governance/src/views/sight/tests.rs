//! Who sees what of a vote, in every case there is.

use events::{ResultsShown, Secrecy};

use super::{Aspect, Circumstances, Involvement, Stage, may_see};

const ASPECTS: [Aspect; 5] =
    [Aspect::Turnout, Aspect::Figures, Aspect::Voters, Aspect::Ballots, Aspect::OwnBallot];
const STAGES: [Stage; 4] = [Stage::Before, Stage::Open, Stage::Over, Stage::Cancelled];
/// The stricter, the later.
const SECRECIES: [Secrecy; 3] = [Secrecy::Open, Secrecy::OpenAfterClose, Secrecy::Secret];
/// The stricter, the later.
const RESULTS: [ResultsShown; 3] =
    [ResultsShown::Live, ResultsShown::AfterOwnVote, ResultsShown::AfterClose];
const INVOLVEMENTS: [Involvement; 3] =
    [Involvement::Outside, Involvement::Entitled, Involvement::Voted];

fn every_case() -> Vec<(Aspect, Circumstances)> {
    let mut cases = Vec::new();
    for aspect in ASPECTS {
        for stage in STAGES {
            for secrecy in SECRECIES {
                for results in RESULTS {
                    for involvement in INVOLVEMENTS {
                        let of = Circumstances { stage, secrecy, results, involvement };
                        cases.push((aspect, of));
                    }
                }
            }
        }
    }
    cases
}

fn open(secrecy: Secrecy, results: ResultsShown, involvement: Involvement) -> Circumstances {
    Circumstances { stage: Stage::Open, secrecy, results, involvement }
}

#[test]
fn live_figures_are_seen_by_all_and_others_by_those_who_voted_or_by_nobody() {
    use Involvement::{Entitled, Outside, Voted};
    let seen = |results, involvement| {
        may_see(Aspect::Figures, open(Secrecy::OpenAfterClose, results, involvement))
    };
    assert_eq!(INVOLVEMENTS.map(|part| seen(ResultsShown::Live, part)), [true; 3]);
    let after_own_vote = |part| seen(ResultsShown::AfterOwnVote, part);
    assert_eq!([Outside, Entitled, Voted].map(after_own_vote), [false, false, true]);
    assert_eq!(INVOLVEMENTS.map(|part| seen(ResultsShown::AfterClose, part)), [false; 3]);
}

#[test]
fn nothing_of_a_secret_vote_is_seen_before_it_is_over_and_never_a_ballot() {
    for (aspect, of) in every_case() {
        if of.secrecy != Secrecy::Secret {
            continue;
        }
        let hidden = matches!(aspect, Aspect::Ballots | Aspect::OwnBallot);
        assert_eq!(may_see(aspect, of), of.stage == Stage::Over && !hidden, "{aspect:?} {of:?}");
    }
}

#[test]
fn open_ballots_are_not_shown_while_their_sum_is_not() {
    for (_, of) in every_case() {
        if may_see(Aspect::Ballots, of) {
            assert!(may_see(Aspect::Figures, of), "{of:?}");
            assert!(may_see(Aspect::Voters, of), "{of:?}");
        }
    }
}

#[test]
fn ballots_that_open_after_close_are_hidden_while_voting_goes_on_whatever_results_say() {
    for results in RESULTS {
        for involvement in INVOLVEMENTS {
            let of = open(Secrecy::OpenAfterClose, results, involvement);
            assert!(!may_see(Aspect::Ballots, of));
            assert!(!may_see(Aspect::Voters, of));
            assert!(may_see(Aspect::Turnout, of));
            let over = Circumstances { stage: Stage::Over, ..of };
            assert!(may_see(Aspect::Ballots, over) && may_see(Aspect::Voters, over));
        }
    }
}

#[test]
fn ones_own_ballot_is_seen_by_those_who_cast_one_that_is_not_secret() {
    for (aspect, of) in every_case() {
        if aspect == Aspect::OwnBallot {
            let mine = of.involvement == Involvement::Voted && of.secrecy != Secrecy::Secret;
            assert_eq!(may_see(aspect, of), mine, "{of:?}");
        }
    }
}

#[test]
fn a_stricter_policy_never_shows_more_and_a_nearer_viewer_never_sees_less() {
    for (aspect, of) in every_case() {
        let seen = may_see(aspect, of);
        for secrecy in SECRECIES.into_iter().filter(|secrecy| *secrecy > of.secrecy) {
            assert!(seen || !may_see(aspect, Circumstances { secrecy, ..of }), "{aspect:?} {of:?}");
        }
        for results in RESULTS.into_iter().filter(|results| *results > of.results) {
            assert!(seen || !may_see(aspect, Circumstances { results, ..of }), "{aspect:?} {of:?}");
        }
        for involvement in INVOLVEMENTS.into_iter().filter(|part| *part > of.involvement) {
            let nearer = Circumstances { involvement, ..of };
            assert!(!seen || may_see(aspect, nearer), "{aspect:?} {of:?}");
        }
    }
}

#[test]
fn a_cancelled_vote_shows_no_figures_and_nobody_elses_ballot() {
    for (aspect, of) in every_case() {
        if of.stage == Stage::Cancelled && matches!(aspect, Aspect::Figures | Aspect::Ballots) {
            assert!(!may_see(aspect, of), "{aspect:?} {of:?}");
        }
    }
}
