//! The rules of an agenda, one sentence a test.

use testkit::given;
use uuid::Uuid;

use super::*;

const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));
const BEN: PersonId = PersonId::new(Uuid::from_u128(0xb));
const OLD_CITY: NetworkId = NetworkId::new(Uuid::from_u128(0xc17));
const PUMP: AgendaItemId = AgendaItemId::new(Uuid::from_u128(0x1));
const WELL: AgendaItemId = AgendaItemId::new(Uuid::from_u128(0x2));
const FIRST: DecisionId = DecisionId::new(Uuid::from_u128(0xd1));
const FAIR: GatheringId = GatheringId::new(Uuid::from_u128(0xfa));
const MARKET: GatheringId = GatheringId::new(Uuid::from_u128(0xfb));

fn raise(item: AgendaItemId, title: &str) -> AgendaCommand {
    AgendaCommand::RaiseItem { network: OLD_CITY, item, by: ANNA, title: title.to_owned() }
}

fn raised(item: AgendaItemId) -> AgendaEvent {
    let title = "The pump".to_owned();
    AgendaEvent::ItemRaised { network: OLD_CITY, item, by: ANNA, title }
}

fn support(by: PersonId) -> AgendaCommand {
    AgendaCommand::SupportItem { item: PUMP, by }
}

fn supported(by: PersonId) -> AgendaEvent {
    AgendaEvent::ItemSupported { item: PUMP, by }
}

fn rank(items: &[AgendaItemId]) -> AgendaCommand {
    AgendaCommand::RankItems { items: items.to_vec(), decision: FIRST }
}

fn ranked(items: &[AgendaItemId]) -> AgendaEvent {
    AgendaEvent::ItemsPrioritised { items: items.to_vec(), decision: FIRST }
}

fn schedule(gathering: GatheringId, by: Standing) -> AgendaCommand {
    AgendaCommand::ScheduleItem { item: PUMP, gathering, by }
}

fn close(by: Standing) -> AgendaCommand {
    AgendaCommand::CloseItem { item: PUMP, by }
}

fn drop_it(by: Standing) -> AgendaCommand {
    AgendaCommand::DropItem { item: PUMP, by }
}

const RAISER: Standing = Standing::Member(ANNA);
const DEALT_WITH: AgendaEvent = AgendaEvent::ItemDealtWith { item: PUMP };
const DROPPED: AgendaEvent = AgendaEvent::ItemDropped { item: PUMP };

#[test]
fn a_member_raises_an_item_once() {
    given::<Agenda>([]).when(&raise(PUMP, "The pump")).then([raised(PUMP)]);
    given::<Agenda>([raised(PUMP)]).when(&raise(PUMP, "The pump")).then([]);
    given::<Agenda>([raised(PUMP)])
        .when(&raise(PUMP, "The well"))
        .then_rejected(AgendaRejection::ItemRaisedAlready);
}

#[test]
fn an_item_says_what_it_is_about() {
    given::<Agenda>([]).when(&raise(PUMP, " ")).then_rejected(AgendaRejection::TitleBlank);
}

#[test]
fn an_agenda_holds_so_many_open_items() {
    let full =
        || (0..ITEMS_OPEN_MAX).map(|id| raised(AgendaItemId::new(Uuid::from_u128(id as u128))));
    let next = AgendaItemId::new(Uuid::from_u128(u128::MAX));
    given::<Agenda>(full())
        .when(&raise(next, "The pump"))
        .then_rejected(AgendaRejection::ItemsTooMany);
    given::<Agenda>(full().chain([DEALT_WITH])).when(&raise(next, "The pump")).then([raised(next)]);
}

#[test]
fn support_is_given_and_taken_back() {
    let withdraw = |by| AgendaCommand::WithdrawSupport { item: PUMP, by };
    let withdrawn = || AgendaEvent::ItemSupportWithdrawn { item: PUMP, by: BEN };
    given::<Agenda>([raised(PUMP)]).when(&support(BEN)).then([supported(BEN)]);
    given::<Agenda>([raised(PUMP), supported(BEN)]).when(&support(BEN)).then([]);
    given::<Agenda>([raised(PUMP), supported(BEN)]).when(&withdraw(BEN)).then([withdrawn()]);
    given::<Agenda>([raised(PUMP), supported(BEN), withdrawn()]).when(&withdraw(BEN)).then([]);
    given::<Agenda>([raised(PUMP), supported(BEN), withdrawn()])
        .when(&support(BEN))
        .then([supported(BEN)]);
    given::<Agenda>([]).when(&support(BEN)).then_rejected(AgendaRejection::ItemNotFound);
}

#[test]
fn a_decision_puts_items_in_order_once() {
    let history = || [raised(PUMP), raised(WELL)];
    given::<Agenda>(history()).when(&rank(&[WELL, PUMP])).then([ranked(&[WELL, PUMP])]);
    let after = || history().into_iter().chain([ranked(&[WELL, PUMP])]);
    given::<Agenda>(after()).when(&rank(&[WELL, PUMP])).then([]);
    given::<Agenda>(after())
        .when(&rank(&[PUMP, WELL]))
        .then_rejected(AgendaRejection::OrderedOtherwise);
    let agenda = Agenda::replay(&after().collect::<Vec<_>>());
    assert_eq!(agenda.items[&PUMP].stage, Stage::Prioritised);
}

#[test]
fn an_order_names_items_of_the_agenda_once_each() {
    let history = || [raised(PUMP)];
    given::<Agenda>(history()).when(&rank(&[])).then_rejected(AgendaRejection::OrderEmpty);
    given::<Agenda>(history())
        .when(&rank(&[PUMP, WELL]))
        .then_rejected(AgendaRejection::ItemNotFound);
    given::<Agenda>(history())
        .when(&rank(&[PUMP, PUMP]))
        .then_rejected(AgendaRejection::OrderRepeats);
}

#[test]
fn an_item_that_was_closed_meanwhile_stays_closed() {
    let history = [raised(PUMP), raised(WELL), DROPPED];
    given::<Agenda>(history.clone()).when(&rank(&[PUMP, WELL])).then([ranked(&[PUMP, WELL])]);
    let agenda = Agenda::replay(&[history.to_vec(), vec![ranked(&[PUMP, WELL])]].concat());
    assert_eq!(agenda.items[&PUMP].stage, Stage::Dropped);
}

#[test]
fn whoever_raised_an_item_or_holds_a_mandate_sees_to_it() {
    let scheduled = |gathering| AgendaEvent::ItemScheduled { item: PUMP, gathering };
    for by in [RAISER, Standing::MandateHolder(BEN)] {
        given::<Agenda>([raised(PUMP)]).when(&schedule(FAIR, by)).then([scheduled(FAIR)]);
        given::<Agenda>([raised(PUMP)]).when(&close(by)).then([DEALT_WITH]);
        given::<Agenda>([raised(PUMP)]).when(&drop_it(by)).then([DROPPED]);
    }
    for command in [
        schedule(FAIR, Standing::Member(BEN)),
        close(Standing::Member(BEN)),
        drop_it(Standing::Member(BEN)),
    ] {
        given::<Agenda>([raised(PUMP)]).when(&command).then_rejected(AgendaRejection::NotYourItem);
    }
    given::<Agenda>([raised(PUMP), scheduled(FAIR)]).when(&schedule(FAIR, RAISER)).then([]);
    given::<Agenda>([raised(PUMP), scheduled(FAIR)])
        .when(&schedule(MARKET, RAISER))
        .then([scheduled(MARKET)]);
}

#[test]
fn an_item_ends_one_way() {
    given::<Agenda>([raised(PUMP), DEALT_WITH]).when(&close(RAISER)).then([]);
    given::<Agenda>([raised(PUMP), DROPPED]).when(&drop_it(RAISER)).then([]);
    for (history, command) in [
        ([raised(PUMP), DEALT_WITH], drop_it(RAISER)),
        ([raised(PUMP), DROPPED], close(RAISER)),
        ([raised(PUMP), DROPPED], support(BEN)),
        ([raised(PUMP), DEALT_WITH], schedule(FAIR, RAISER)),
    ] {
        given::<Agenda>(history).when(&command).then_rejected(AgendaRejection::ItemClosed);
    }
}
