//! A network to send commands to, made through the public API: people, founders, gatherings.

use std::{path::Path, sync::Arc, time::Duration};

use access::{Caller, Issuer};
use host::{RandomIdentities, SystemClock};
use kernel::{Clock as _, Identities as _, PersonId};
use tokio::task::JoinSet;
use tonic::{
    Request,
    metadata::{Ascii, MetadataValue},
    transport::Channel,
};
use uuid::Uuid;
use wire::weft::{
    common::v1::Command,
    membership::v1::{
        FieldVisibility, FoundNetworkRequest, JoinAsFounderRequest, PlanGatheringRequest,
        RegisterPersonRequest, gathering_service_client::GatheringServiceClient,
        network_service_client::NetworkServiceClient, person_service_client::PersonServiceClient,
    },
};

use crate::Failure;

/// How many people can be recorded as having been somewhere.
const PEOPLE: usize = 1 << PEOPLE_BITS;
const PEOPLE_BITS: u32 = 10;

/// How many gatherings there are.
const GATHERINGS: usize = 1 << GATHERINGS_BITS;
const GATHERINGS_BITS: u32 = 10;

/// How many of the people founded the network; they are the ones who call.
const CALLERS: usize = 64;

/// How many commands are under way while the scene is made.
const AT_ONCE: usize = 256;

/// How long tokens are good for.
const TOKEN_LIFETIME: Duration = Duration::from_hours(24);

/// When every gathering started: 2026-01-01.
const STARTS_AT_SECONDS: i64 = 1_767_225_600;

/// What a bearer token looks like in a request.
pub(crate) type Token = MetadataValue<Ascii>;

/// The ids and tokens that commands are made from.
#[derive(Debug)]
pub(crate) struct Scene {
    callers: Vec<Token>,
    people: Vec<String>,
    gatherings: Vec<String>,
}

/// A new command, under `id`.
pub(crate) fn command(id: Uuid) -> Command {
    Command { command_id: id.to_string(), effective_at: None, on_behalf_of: String::new() }
}

/// A request with a token.
pub(crate) fn signed<T>(message: T, token: &Token) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", token.clone());
    request
}

impl Scene {
    /// Makes the scene on a system that has nothing yet, whose folder of data is `folder`.
    pub(crate) async fn make(folder: &Path, channel: &Channel) -> Result<Scene, Failure> {
        let issuer = Issuer::open(folder)?;
        let operator = token(&issuer, Caller::Operator)?;

        let people = PersonServiceClient::new(channel.clone());
        let people = all(PEOPLE, |number| {
            let (mut people, operator) = (people.clone(), operator.clone());
            async move {
                let request = RegisterPersonRequest {
                    command: Some(command(RandomIdentities.fresh())),
                    name: format!("Person {number}"),
                    name_visibility: FieldVisibility::Owner.into(),
                };
                let answer = people.register_person(signed(request, &operator)).await?;
                Ok(answer.into_inner().person_id)
            }
        })
        .await?;

        let mut callers = Vec::new();
        for person in &people[..CALLERS] {
            callers.push(token(&issuer, Caller::Person(PersonId::parse(person)?))?);
        }
        let mut networks = NetworkServiceClient::new(channel.clone());
        let founding = FoundNetworkRequest {
            command: Some(command(RandomIdentities.fresh())),
            name: "Bench".to_owned(),
            purpose: String::new(),
            founder_ids: people[..CALLERS].to_vec(),
        };
        let founded = networks.found_network(signed(founding, &operator)).await?;
        let network_id = founded.into_inner().network_id;
        for caller in &callers {
            let joining = JoinAsFounderRequest {
                command: Some(command(RandomIdentities.fresh())),
                network_id: network_id.clone(),
            };
            networks.join_as_founder(signed(joining, caller)).await?;
        }

        let gatherings = GatheringServiceClient::new(channel.clone());
        let gatherings = all(GATHERINGS, |number| {
            let (mut gatherings, network_id) = (gatherings.clone(), network_id.clone());
            let caller = callers[number % CALLERS].clone();
            async move {
                let starts_at = jiff::Timestamp::from_second(STARTS_AT_SECONDS)?;
                let request = PlanGatheringRequest {
                    command: Some(command(RandomIdentities.fresh())),
                    network_id,
                    title: format!("Gathering {number}"),
                    starts_at: Some(wire::read::timestamp(starts_at)),
                };
                let answer = gatherings.plan_gathering(signed(request, &caller)).await?;
                Ok(answer.into_inner().gathering_id)
            }
        })
        .await?;
        Ok(Scene { callers, people, gatherings })
    }

    /// The token of a client; clients beyond the number of callers share them.
    pub(crate) fn token(&self, client: usize) -> Token {
        self.callers[client % self.callers.len()].clone()
    }

    /// The `number`-th pair of a gathering and a person, in random order and each pair once; `None`
    /// when there are no more.
    pub(crate) fn pair(&self, number: u64) -> Option<(String, String)> {
        const BITS: u32 = PEOPLE_BITS + GATHERINGS_BITS;
        if 1 << BITS <= number {
            return None;
        }
        // Each step can be undone, so that no two numbers give the same pair.
        let mask = (1_u64 << BITS) - 1;
        let mut mixed = number;
        for factor in [0x9e37_79b9_7f4a_7c15_u64, 0xbf58_476d_1ce4_e5b9] {
            mixed = mixed.wrapping_mul(factor) & mask;
            mixed ^= mixed >> (BITS / 2);
        }
        let gathering = usize::try_from(mixed >> PEOPLE_BITS).ok()?;
        let person = usize::try_from(mixed).ok()? % PEOPLE;
        Some((self.gatherings.get(gathering)?.clone(), self.people.get(person)?.clone()))
    }
}

/// A token for a caller of the system whose issuer this is.
pub(crate) fn token(issuer: &Issuer, caller: Caller) -> Result<Token, Failure> {
    let token = issuer.issue(caller, SystemClock.now(), TOKEN_LIFETIME, RandomIdentities.fresh());
    Ok(format!("Bearer {token}").parse()?)
}

/// Does something `count` times, some at once; results in order.
pub(crate) async fn all<F>(count: usize, one: impl Fn(usize) -> F) -> Result<Vec<String>, Failure>
where
    F: Future<Output = Result<String, Failure>> + Send + 'static,
{
    let mut results = vec![String::new(); count];
    let at_once = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for number in 0..count {
        let (at_once, work) = (Arc::clone(&at_once), one(number));
        running.spawn(async move {
            let _permit = at_once.acquire().await?;
            Ok::<_, Failure>((number, work.await?))
        });
    }
    while let Some(done) = running.join_next().await {
        let (number, result) = done??;
        results[number] = result;
    }
    Ok(results)
}
