//! What charters, proposals and ballots say, as GraphQL takes it.

use kernel::{Id, IdKind, id::kinds};
use serde_json::{Value, json};
use wire::{
    read,
    weft::{
        governance::v1::{
            self as message, CharterChange, Choice, DecisionPolicy, DelegationScope, Effect,
            ProposalContent, RankedRule, charter_change, choice, delegation_rule, delegation_scope,
            effect, electorate, judge, method, quorum, tie_rule,
        },
        membership::v1::MembershipClass,
    },
};

use super::super::graphql::{enum_name, global, global_party};

/// A change to a charter.
pub(super) fn change_input(change: &CharterChange) -> Value {
    match change.change.as_ref().unwrap() {
        charter_change::Change::EditSection(edit) => {
            let section = enum_name(edit.section().as_str_name(), "CHARTER_SECTION_");
            json!({ "editSection": { "section": section, "text": edit.text } })
        }
        charter_change::Change::DefinePolicy(policy) => {
            json!({ "definePolicy": policy_input(policy) })
        }
        charter_change::Change::ChangePolicy(policy) => {
            json!({ "changePolicy": policy_input(policy) })
        }
        charter_change::Change::RetirePolicy(name) => json!({ "retirePolicy": name }),
        charter_change::Change::DefineRole(role) => json!({ "defineRole": role_input(role) }),
        charter_change::Change::ChangeRole(role) => json!({ "changeRole": role_input(role) }),
    }
}

fn role_input(role: &message::Role) -> Value {
    json!({
        "name": role.name, "responsibilities": role.responsibilities,
        "termDays": role.term_days, "consecutiveTermsMax": some(role.consecutive_terms_max),
        "seats": role.seats, "required": role.required,
    })
}

/// A policy.
pub(super) fn policy_input(policy: &DecisionPolicy) -> Value {
    let name = |name: &'static str, prefix| enum_name(name, prefix);
    let requirements = policy.requirements.iter().map(|requirement| {
        json!({
            "icon": name(requirement.icon().as_str_name(), "ICON_"),
            "bound": name(requirement.bound().as_str_name(), "BOUND_"),
            "share": share_input(requirement.share.unwrap()),
            "base": name(requirement.base().as_str_name(), "BASE_"),
        })
    });
    let subjects = policy.subjects().map(|it| name(it.as_str_name(), "SUBJECT_"));
    json!({
        "name": policy.name,
        "subjects": subjects.collect::<Vec<_>>(),
        "method": method_input(policy.method.as_ref().unwrap()),
        "proposerRoles": policy.proposer_roles,
        "sponsorsMin": policy.sponsors_min,
        "discussionHoursMin": policy.discussion_hours_min,
        "votingHoursMin": policy.voting_hours_min,
        "votingHoursMax": policy.voting_hours_max,
        "electorate": electorate_input(policy.electorate.as_ref().unwrap()),
        "rollMoment": name(policy.roll_moment().as_str_name(), "ROLL_MOMENT_"),
        "quorum": policy.quorum.as_ref().map(quorum_input),
        "requirements": requirements.collect::<Vec<_>>(),
        "objections": policy.objections.as_ref().map(|objections| json!({
            "judgeRole": judge_role(objections.judge.as_ref()),
            "standingMax": objections.standing_max,
        })),
        "secrecy": name(policy.secrecy().as_str_name(), "SECRECY_"),
        "results": name(policy.results().as_str_name(), "RESULTS_SHOWN_"),
        "ballotChange": name(policy.ballot_change().as_str_name(), "BALLOT_CHANGE_"),
        "reasons": name(policy.reasons().as_str_name(), "REASONS_"),
        "delegation": policy.delegation.as_ref().and_then(delegation_input),
        "leavers": name(policy.leavers().as_str_name(), "LEAVERS_"),
        "extension": policy.extension.as_ref().map(|extension| json!({
            "timesMax": extension.times_max, "hours": extension.hours,
            "ifInquorate": extension.if_inquorate, "ifTied": extension.if_tied,
        })),
        "earlyClose": name(policy.early_close().as_str_name(), "EARLY_CLOSE_"),
        "tie": tie_input(policy.tie.as_ref().unwrap()),
        "challenges": policy.challenges.as_ref().map(|challenges| json!({
            "windowHours": challenges.window_hours,
            "judgeRole": judge_role(challenges.judge.as_ref()),
        })),
        "reviewAfterDays": some(policy.review_after_days),
        "sunsetAfterDays": some(policy.sunset_after_days),
        "repeatAfterDays": policy.repeat_after_days,
        "elsewhere": policy.elsewhere.as_ref().map(|held| json!({
            "system": held.system, "reportedByRole": held.reported_by_role,
            "reportHours": held.report_hours,
        })),
    })
}

/// Zero is none.
fn some(number: u32) -> Option<u32> {
    (number > 0).then_some(number)
}

fn share_input(share: message::Share) -> Value {
    json!({ "numerator": share.numerator, "denominator": share.denominator })
}

fn judge_role(judge: Option<&message::Judge>) -> Option<String> {
    match judge.unwrap().judge.as_ref().unwrap() {
        judge::Judge::Role(role) => Some(role.clone()),
        judge::Judge::RollMember(_) => None,
    }
}

fn method_input(method: &message::Method) -> Value {
    match method.method.as_ref().unwrap() {
        method::Method::Majority(_) => json!({ "plain": "MAJORITY" }),
        method::Method::Consent(_) => json!({ "plain": "CONSENT" }),
        method::Method::Consensus(_) => json!({ "plain": "CONSENSUS" }),
        method::Method::Advice(_) => json!({ "plain": "ADVICE" }),
        method::Method::TimePoll(_) => json!({ "plain": "TIME_POLL" }),
        method::Method::ProposalWithBlock(it) => {
            json!({ "proposalWithBlock": { "blocksMax": it.blocks_max } })
        }
        method::Method::Choose(it) => json!({ "choose": {
            "choicesMin": it.choices_min, "choicesMax": it.choices_max, "winners": it.winners,
        } }),
        method::Method::Score(it) => json!({ "score": {
            "scoreMin": it.score_min, "scoreMax": it.score_max, "winners": it.winners,
        } }),
        method::Method::Dots(it) => {
            json!({ "dots": { "dotsMax": it.dots_max, "winners": it.winners } })
        }
        method::Method::Ranked(it) => {
            let rule = RankedRule::try_from(it.rule).unwrap().as_str_name();
            json!({ "ranked": {
                "rule": enum_name(rule, "RANKED_RULE_"), "seats": it.seats,
                "ranksMax": some(it.ranks_max),
            } })
        }
    }
}

fn electorate_input(electorate: &message::Electorate) -> Value {
    let class = |number: &i32| {
        let class = MembershipClass::try_from(*number).unwrap();
        enum_name(class.as_str_name(), "MEMBERSHIP_CLASS_").to_owned()
    };
    let unit = match electorate.unit.as_ref().unwrap() {
        electorate::Unit::Persons(_) => json!({ "each": "PERSON" }),
        electorate::Unit::Organisations(_) => json!({ "each": "ORGANISATION" }),
        electorate::Unit::Weighted(table) => {
            let weights = table.weights.iter().map(|it| {
                let party = read::party(it.party.clone(), "party").unwrap();
                json!({
                    "partyId": global_party(party), "weight": it.weight,
                    "constituency": given(&it.constituency),
                })
            });
            json!({ "weighted": weights.collect::<Vec<_>>() })
        }
    };
    json!({ "classes": electorate.classes.iter().map(class).collect::<Vec<_>>(), "unit": unit })
}

fn quorum_input(quorum: &message::Quorum) -> Value {
    let size = match quorum.size.as_ref().unwrap() {
        quorum::Size::ShareOfRoll(share) => json!({ "shareOfRoll": share_input(*share) }),
        quorum::Size::Units(units) => json!({ "units": units }),
        quorum::Size::ShareOfEach(share) => json!({ "shareOfEach": share_input(*share) }),
    };
    json!({
        "size": size, "bound": enum_name(quorum.bound().as_str_name(), "BOUND_"),
        "countsAbstentions": quorum.counts_abstentions, "countsBlanks": quorum.counts_blanks,
        "countsDelegated": quorum.counts_delegated,
    })
}

fn delegation_input(rule: &message::DelegationRule) -> Option<Value> {
    match rule.rule.as_ref()? {
        delegation_rule::Rule::None(_) => None,
        delegation_rule::Rule::SingleStep(it) => {
            Some(json!({ "singleStep": { "carriedMax": some(it.carried_max) } }))
        }
        delegation_rule::Rule::Transitive(it) => Some(json!({ "transitive": {
            "stepsMax": it.steps_max, "carriedMax": some(it.carried_max),
        } })),
    }
}

fn tie_input(tie: &message::TieRule) -> Value {
    match tie.rule.as_ref().unwrap() {
        tie_rule::Rule::StatusQuo(_) => json!({ "plain": "STATUS_QUO" }),
        tie_rule::Rule::SecondRound(_) => json!({ "plain": "SECOND_ROUND" }),
        tie_rule::Rule::SeededLot(_) => json!({ "plain": "SEEDED_LOT" }),
        tie_rule::Rule::CastingVoteRole(role) => json!({ "castingVoteRole": role }),
    }
}

/// What a proposal asks for.
pub(super) fn content_input(content: &ProposalContent) -> Value {
    // The gateway gives the option of a candidate or an agenda item its key.
    let of_items = content.effects.iter().any(|effect| {
        matches!(&effect.effect, Some(effect::Effect::PrioritiseAgenda(it))
            if it.item_ids.is_empty())
    });
    let options = content.options.iter().map(|option| {
        let item = of_items.then(|| id::<kinds::AgendaItem>(&option.key));
        let named = of_items || option.key == option.candidate_id;
        json!({
            "key": (!named).then_some(&option.key), "itemId": item,
            "icon": enum_name(option.icon().as_str_name(), "ICON_"),
            "label": given(&option.label), "candidateId": id::<kinds::Person>(&option.candidate_id),
        })
    });
    let goals = content.goal_ids.iter().map(|goal| id::<kinds::Goal>(goal));
    json!({
        "title": content.title, "text": content.text,
        "subject": enum_name(content.subject().as_str_name(), "SUBJECT_"),
        "topic": given(&content.topic),
        "effects": content.effects.iter().map(effect_input).collect::<Vec<_>>(),
        "options": options.collect::<Vec<_>>(),
        "goalIds": goals.collect::<Vec<_>>(),
        "exclusive": given(&content.exclusive),
        "supersedesResolutionId": id::<kinds::Resolution>(&content.supersedes_resolution_id),
    })
}

fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The global id of a thing; `None` when the text is empty.
fn id<K: IdKind>(text: &str) -> Option<String> {
    given(text).map(|text| global(Id::<K>::parse(text).unwrap()))
}

fn effect_input(effect: &Effect) -> Value {
    let changes = |changes: &effect::Changes| -> Vec<Value> {
        changes.changes.iter().map(change_input).collect()
    };
    let member = |change: &str, party: &wire::weft::common::v1::Party| {
        let party = read::party(Some(party.clone()), "party").unwrap();
        json!({ "membership": { "change": change, "partyId": global_party(party) } })
    };
    let resolution = |change: &str, older: &str| {
        let older = id::<kinds::Resolution>(older);
        json!({ "resolution": { "change": change, "resolutionId": older } })
    };
    match effect.effect.as_ref().unwrap() {
        effect::Effect::AmendCharter(it) => json!({ "amendCharter": changes(it) }),
        effect::Effect::ChangePolicies(it) => json!({ "changePolicies": changes(it) }),
        effect::Effect::DeclareNetworkType(it) => {
            let types = it.types().map(|kind| enum_name(kind.as_str_name(), "NETWORK_TYPE_"));
            json!({ "declareNetworkType": types.collect::<Vec<_>>() })
        }
        effect::Effect::PauseNetwork(_) => json!({ "networkState": "PAUSE" }),
        effect::Effect::ResumeNetwork(_) => json!({ "networkState": "RESUME" }),
        effect::Effect::DissolveNetwork(_) => json!({ "networkState": "DISSOLVE" }),
        effect::Effect::OpenMembership(_) => json!({ "networkState": "OPEN_MEMBERSHIP" }),
        effect::Effect::CloseMembership(_) => json!({ "networkState": "CLOSE_MEMBERSHIP" }),
        effect::Effect::AdmitMember(party) => member("ADMIT", party),
        effect::Effect::DeclineApplication(party) => member("DECLINE", party),
        effect::Effect::SuspendMember(party) => member("SUSPEND", party),
        effect::Effect::ReinstateMember(party) => member("REINSTATE", party),
        effect::Effect::ExpelMember(party) => member("EXPEL", party),
        effect::Effect::ConferMandate(it) => json!({ "conferMandate": {
            "role": it.role, "holderId": id::<kinds::Person>(&it.holder_id),
        } }),
        effect::Effect::RecallMandate(mandate) => {
            json!({ "recallMandate": id::<kinds::Mandate>(mandate) })
        }
        effect::Effect::PrioritiseAgenda(it) => {
            let items = it.item_ids.iter().map(|item| id::<kinds::AgendaItem>(item));
            json!({ "prioritiseAgenda": items.collect::<Vec<_>>() })
        }
        effect::Effect::AdoptGoal(goal) => json!({ "adoptGoal": id::<kinds::Goal>(goal) }),
        effect::Effect::AmendResolution(older) => resolution("AMEND", older),
        effect::Effect::RepealResolution(older) => resolution("REPEAL", older),
    }
}

/// What a ballot says.
pub(super) fn choice_input(choice: &Choice) -> Value {
    match choice.choice.as_ref().unwrap() {
        choice::Choice::Abstain(_) => json!({ "plain": "ABSTAIN" }),
        choice::Choice::Blank(_) => json!({ "plain": "BLANK" }),
        choice::Choice::Option(option) => json!({ "option": option }),
        choice::Choice::Options(it) => json!({ "options": it.keys }),
        choice::Choice::Scores(it) => {
            let scores = it.scores.iter();
            let score = |(option, score)| json!({ "option": option, "score": score });
            json!({ "scores": scores.map(score).collect::<Vec<_>>() })
        }
        choice::Choice::Dots(it) => {
            let dots = |(option, dots)| json!({ "option": option, "dots": dots });
            json!({ "dots": it.dots.iter().map(dots).collect::<Vec<_>>() })
        }
        choice::Choice::Ranking(it) => json!({ "ranking": it.keys }),
        choice::Choice::Times(it) => {
            let times = it.times.iter().map(|(option, availability)| {
                let availability = message::Availability::try_from(*availability).unwrap();
                let name = enum_name(availability.as_str_name(), "AVAILABILITY_");
                json!({ "option": option, "availability": name })
            });
            json!({ "times": times.collect::<Vec<_>>() })
        }
    }
}

/// For what a vote is lent; nothing at all is everything.
pub(super) fn scope_input(scope: &DelegationScope) -> Value {
    match scope.scope.as_ref().unwrap() {
        delegation_scope::Scope::All(_) => Value::Null,
        delegation_scope::Scope::Topic(topic) => json!({ "topic": topic }),
        delegation_scope::Scope::Subject(number) => {
            let subject = message::Subject::try_from(*number).unwrap();
            json!({ "subject": enum_name(subject.as_str_name(), "SUBJECT_") })
        }
        delegation_scope::Scope::DecisionId(decision) => {
            json!({ "decisionId": id::<kinds::Decision>(decision) })
        }
    }
}
