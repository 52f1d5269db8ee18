//! Where questions meet the views: wait until the view has seen enough, then read.

use std::{collections::BTreeSet, sync::Arc};

use access::Caller;
use eventlog::{EventLog, ExecuteError, Position, known_position};
use events::{FieldVisibility, ProfileField};
use jiff::Timestamp;
use kernel::{
    Clock, GatheringId, Known, NetworkId, OrganisationId, Party, PersonId, Place, Sealer as _,
};
use projector::{AsOf, Reflected, Store, View, ViewError};
use roster::{Among, Member, Roster};
use vault::{Vault, VaultError};
use wire::page::Page;

use crate::{
    commands::{Refused, refused},
    gathering::GatheringRejection,
    import::ImportRejection,
    network::NetworkRejection,
    organisation::OrganisationRejection,
    views::{
        Listed, Part,
        gatherings::{self, AttendanceRow, GatheringRow, GatheringsView},
        networks::{self, NetworkRow, NetworksView},
        organisations::{
            self, AffiliationRow, OrganisationRow, OrganisationsView, RepresentationRow,
        },
        people::{self, PeopleView, PersonRow},
        ties::{self, TieRow, TiesView},
    },
};

/// What a caller may read of a person.
#[derive(Clone, PartialEq, Eq)]
#[expect(missing_debug_implementations, reason = "it holds what must not reach a log")]
pub struct PersonSeen {
    /// Who it is.
    pub person: PersonId,
    /// Whether the person was erased.
    pub erased: bool,
    /// The fields that the caller may read, who else may, and their values.
    pub profile: Vec<(ProfileField, FieldVisibility, String)>,
}

/// Answers questions.
#[derive(Clone, Debug)]
pub struct Queries {
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
    vault: Arc<Vault>,
    roster: Roster,
    networks: View,
    people: View,
    organisations: View,
    ties: View,
    gatherings: View,
}

/// A moment as callers give it: when in the world (`None` is now), and as far as known.
pub type Moment = (Option<Timestamp>, Known);

impl Queries {
    /// Opens the views of membership in `store` and answers from them.
    ///
    /// # Errors
    ///
    /// Returns why a view could not be opened.
    pub async fn open(
        log: Arc<dyn EventLog>,
        store: &Store,
        roster: Roster,
        vault: Arc<Vault>,
        clock: Arc<dyn Clock>,
    ) -> Result<Queries, ViewError> {
        Ok(Queries {
            networks: View::open::<NetworksView>(Arc::clone(&log), store).await?,
            people: View::open::<PeopleView>(Arc::clone(&log), store).await?,
            organisations: View::open::<OrganisationsView>(Arc::clone(&log), store).await?,
            ties: View::open::<TiesView>(Arc::clone(&log), store).await?,
            gatherings: View::open::<GatheringsView>(Arc::clone(&log), store).await?,
            log,
            clock,
            vault,
            roster,
        })
    }

    /// The views, for health and metrics.
    pub fn views(&self) -> [&View; 5] {
        [&self.networks, &self.people, &self.organisations, &self.ties, &self.gatherings]
    }

    /// One network.
    ///
    /// # Errors
    ///
    /// Says that there is none, or that the view is behind or failed.
    pub async fn network(
        &self,
        network: NetworkId,
        min_position: u64,
    ) -> Result<Reflected<NetworkRow>, Refused> {
        let read = move |connection: &_| networks::network(connection, network);
        let found = fresh(&self.networks, min_position, read).await.map_err(refused)?;
        let value = found.value.ok_or_else(|| refused(NetworkRejection::NotFounded))?;
        Ok(Reflected { position: found.position, value })
    }

    /// Those of `ids` that `caller` may read, in their order: of a person the networks in which they
    /// are an active member, of the operator all that there are.
    ///
    /// # Errors
    ///
    /// Says that a view is behind or failed.
    pub async fn networks_among(
        &self,
        caller: Caller,
        mut ids: Vec<NetworkId>,
        min_position: u64,
    ) -> Result<Reflected<Vec<NetworkRow>>, ViewError> {
        if let Caller::Person(person) = caller {
            let own = self.networks_of(person, min_position).await?;
            ids.retain(|network| own.contains(network));
        }
        let read = move |connection: &_| {
            let rows = ids.iter().filter_map(|id| networks::network(connection, *id).transpose());
            rows.collect()
        };
        fresh(&self.networks, min_position, read).await
    }

    /// The networks that a person belongs to; for the operator, all of them.
    ///
    /// # Errors
    ///
    /// Says that a view is behind or failed.
    pub async fn networks(
        &self,
        caller: Caller,
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<NetworkRow>>, ViewError> {
        let among = match caller {
            Caller::Operator => None,
            Caller::Person(person) => Some(self.networks_of(person, min_position).await?),
        };
        let part = part(page);
        let read = move |connection: &_| networks::networks(connection, among.as_ref(), part);
        fresh(&self.networks, min_position, read).await
    }

    /// What `caller` may read of people; ids that nobody has are left out.
    ///
    /// # Errors
    ///
    /// Says that a view is behind or failed, or the vault.
    pub async fn persons(
        &self,
        caller: Caller,
        ids: Vec<PersonId>,
        min_position: u64,
    ) -> Result<Reflected<Vec<PersonSeen>>, Refused> {
        let read = move |connection: &_| {
            let rows = ids.iter().map(|person| people::person(connection, *person));
            rows.collect::<Result<Vec<_>, _>>()
        };
        let found = fresh(&self.people, min_position, read).await.map_err(refused)?;
        let viewer = match caller {
            Caller::Operator => None,
            Caller::Person(person) => {
                let own = self.networks_of(person, min_position).await;
                Some((person, own.map_err(refused)?))
            }
        };
        let seen = found.value.into_iter().flatten();
        let seen = seen.map(|row| self.seen(row, viewer.as_ref())).collect::<Result<_, _>>()?;
        Ok(Reflected { position: found.position, value: seen })
    }

    /// One organisation.
    ///
    /// # Errors
    ///
    /// Says that there is none, or that the view is behind or failed.
    pub async fn organisation(
        &self,
        organisation: OrganisationId,
        min_position: u64,
    ) -> Result<Reflected<OrganisationRow>, Refused> {
        let read = move |connection: &_| organisations::organisation(connection, organisation);
        let found = fresh(&self.organisations, min_position, read).await.map_err(refused)?;
        let value = found.value.ok_or_else(|| refused(OrganisationRejection::NotRegistered))?;
        Ok(Reflected { position: found.position, value })
    }

    /// Organisations by their ids, in that order; unknown ids are left out.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn organisations(
        &self,
        ids: Vec<OrganisationId>,
        min_position: u64,
    ) -> Result<Reflected<Vec<(OrganisationId, OrganisationRow)>>, Refused> {
        let read = move |connection: &_| {
            let mut found = Vec::with_capacity(ids.len());
            for id in &ids {
                let row = organisations::organisation(connection, *id)?;
                found.extend(row.map(|row| (*id, row)));
            }
            Ok(found)
        };
        fresh(&self.organisations, min_position, read).await.map_err(refused)
    }

    /// Who belonged to an organisation at a moment.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn affiliations(
        &self,
        organisation: OrganisationId,
        moment: Moment,
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<AffiliationRow>>, Refused> {
        let (as_of, part) = (self.as_of(moment, page).await?, part(page));
        let read = move |connection: &_| {
            organisations::affiliations(connection, organisation, as_of, part)
        };
        fresh(&self.organisations, min_position, read).await.map_err(refused)
    }

    /// Who represented which organisation in a network at a moment.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn representations(
        &self,
        network: NetworkId,
        moment: Moment,
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<RepresentationRow>>, Refused> {
        let (as_of, part) = (self.as_of(moment, page).await?, part(page));
        let read =
            move |connection: &_| organisations::representations(connection, network, as_of, part);
        fresh(&self.organisations, min_position, read).await.map_err(refused)
    }

    /// Who was a member at a moment, the suspended too.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn members(
        &self,
        network: NetworkId,
        moment: Moment,
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<Member>>, Refused> {
        self.roster.view().reach(Position(min_position)).await.map_err(refused)?;
        let as_of = self.as_of(moment, page).await?;
        // The roster goes on from a member, pages from a number: pass over those before.
        let (mut after, mut skip) = (None, page.offset);
        loop {
            let limit = if skip == 0 { page.limit } else { roster::PAGE_MAX };
            let members =
                self.roster.members_among(Among::Everybody, network, as_of, (after, limit)).await;
            let Reflected { position, value } = members.map_err(refused)?;
            if skip == 0 || value.members.is_empty() {
                let listed = Listed { items: value.members, total: value.total };
                return Ok(Reflected { position, value: listed });
            }
            let passed = value.members.len().min(usize::try_from(skip).unwrap_or(usize::MAX));
            after = value.members.get(passed - 1).map(Member::cursor);
            skip -= u64::try_from(passed).unwrap_or(skip);
        }
    }

    /// The ties that were open at a moment and that `caller` may see.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn ties(
        &self,
        (network, party, caller): (NetworkId, Option<Party>, Caller),
        moment: Moment,
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<TieRow>>, Refused> {
        let (as_of, part) = (self.as_of(moment, page).await?, part(page));
        let mut viewer = Vec::new();
        if let Some(person) = caller.person() {
            let read = move |connection: &_| organisations::stewarded_by(connection, person);
            let stewarded = fresh(&self.organisations, 0, read).await.map_err(refused)?;
            viewer.push(Party::Person(person));
            viewer.extend(stewarded.value.into_iter().map(Party::Organisation));
        }
        let read =
            move |connection: &_| ties::ties(connection, (network, party), &viewer, as_of, part);
        fresh(&self.ties, min_position, read).await.map_err(refused)
    }

    /// One gathering.
    ///
    /// # Errors
    ///
    /// Says that there is none, or that the view is behind or failed.
    pub async fn gathering(
        &self,
        gathering: GatheringId,
        min_position: u64,
    ) -> Result<Reflected<GatheringRow>, Refused> {
        let read = move |connection: &_| gatherings::gathering(connection, gathering);
        let found = fresh(&self.gatherings, min_position, read).await.map_err(refused)?;
        let value = found.value.ok_or_else(|| refused(GatheringRejection::NotPlanned))?;
        Ok(Reflected { position: found.position, value })
    }

    /// A network's gatherings.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn gatherings(
        &self,
        network: NetworkId,
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<GatheringRow>>, Refused> {
        let part = part(page);
        let read = move |connection: &_| gatherings::gatherings(connection, network, part);
        fresh(&self.gatherings, min_position, read).await.map_err(refused)
    }

    /// Who was at a gathering, as far as known at a moment.
    ///
    /// # Errors
    ///
    /// Says that the view is behind or failed.
    pub async fn attendance(
        &self,
        gathering: GatheringId,
        moment: Moment,
        page: &Page,
        min_position: u64,
    ) -> Result<Reflected<Listed<AttendanceRow>>, Refused> {
        let (as_of, part) = (self.as_of(moment, page).await?, part(page));
        let read = move |connection: &_| gatherings::attendance(connection, gathering, as_of, part);
        fresh(&self.gatherings, min_position, read).await.map_err(refused)
    }

    /// The person that imports into a network know by a name; `None` when there is none.
    ///
    /// # Errors
    ///
    /// Says that the vault failed.
    pub async fn imported_person(
        &self,
        network: NetworkId,
        name: String,
    ) -> Result<Option<PersonId>, Refused> {
        let vault = Arc::clone(&self.vault);
        let look_up = move || vault.lookup(network.uuid(), &name);
        let found = tokio::task::spawn_blocking(look_up).await;
        let found = found.map_err(|error| refused(ImportRejection::from(error)))?;
        found.map_err(|error: VaultError| refused(ImportRejection::from(error)))
    }

    /// Fixes a moment: further pages are read as known when the first one was.
    async fn as_of(&self, (effective, known): Moment, page: &Page) -> Result<AsOf, Refused> {
        let known = match (known, page.known) {
            (Known::Now, Some(position)) => Position(position),
            (known, _) => known_position(self.log.as_ref(), known).await.map_err(refused)?,
        };
        Ok(AsOf { effective: effective.unwrap_or_else(|| self.clock.now()), known })
    }

    /// The networks in which a person is an active member, after everything recorded before.
    async fn networks_of(
        &self,
        person: PersonId,
        min_position: u64,
    ) -> Result<BTreeSet<NetworkId>, ViewError> {
        self.roster.view().reach(Position(min_position)).await?;
        let networks = self.roster.networks_of(Party::Person(person)).await?;
        Ok(networks.value.into_iter().map(|(network, _)| network).collect())
    }

    /// Opens the fields that the viewer, who belongs to these networks, may read.
    fn seen(
        &self,
        row: PersonRow,
        viewer: Option<&(PersonId, BTreeSet<NetworkId>)>,
    ) -> Result<PersonSeen, Refused> {
        let PersonRow { person, erased, recorded_in, fields } = row;
        let is_owner = viewer.is_some_and(|(viewer, _)| *viewer == person);
        let mut shares_network = is_owner;
        if let Some((_, networks)) = viewer
            && !is_owner
        {
            shares_network = recorded_in.is_some_and(|network| networks.contains(&network));
            for network in networks {
                if shares_network {
                    break;
                }
                let belongs = self.roster.belongs(*network, Party::Person(person));
                shares_network = belongs.map_err(refused)?;
            }
        }
        let mut profile = Vec::new();
        for field in fields {
            let may_read = match field.visibility {
                FieldVisibility::Owner => is_owner,
                FieldVisibility::Network => shares_network,
                FieldVisibility::Public => true,
            };
            if !may_read {
                continue;
            }
            let place = Place { event_id: field.event_id, field: field.field.name() };
            let opened = self.vault.unseal(person, place, &field.sealed);
            let opened =
                opened.map_err(|error| refused(ExecuteError::<NetworkRejection>::from(error)))?;
            let value = opened.and_then(|json| serde_json::from_slice::<String>(&json).ok());
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                profile.push((field.field, field.visibility, value));
            }
        }
        Ok(PersonSeen { person, erased, profile })
    }
}

/// Reads a view once it has seen everything recorded before, and `min_position`.
async fn fresh<T: Send + 'static>(
    view: &View,
    min_position: u64,
    query: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
) -> Result<Reflected<T>, ViewError> {
    view.reach(Position(min_position)).await?;
    view.read(query).await
}

fn part(page: &Page) -> Part {
    Part { offset: page.offset, limit: page.limit }
}
