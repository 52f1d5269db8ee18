//! What voices read.

use kernel::{GatheringId, Id, IdKind, NetworkId, OrganisationId, Party, PersonId, TieId};
use serde_json::{Value, json};
use tokio_stream::StreamExt as _;
use wire::{
    read,
    weft::{
        assessment::v1::{
            self as assessment, GetStructureRequest, Layer,
            structure_service_client::StructureServiceClient,
        },
        common::v1::{PageInfo, PageRequest},
        history::v1::{
            RecordedEvent, StreamNetworkEventsRequest, history_service_client::HistoryServiceClient,
        },
        membership::v1::{
            self as message, AttendanceMode, MemberStatus, MembershipClass, NetworkStatus,
            ProfileField, RepresentationScope, TieKind,
            gathering_service_client::GatheringServiceClient, get_network_request::By,
            membership_service_client::MembershipServiceClient,
            network_service_client::NetworkServiceClient, open_act,
            organisation_service_client::OrganisationServiceClient,
            person_service_client::PersonServiceClient, tie_service_client::TieServiceClient,
        },
    },
};

use super::{
    Voice,
    graphql::{enum_name, global, local, number},
    seen,
};
use crate::{Moment, Protocol, Refusal};

/// A network, as it is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Network {
    /// What it is called.
    pub name: String,
    /// Whether anybody may apply.
    pub membership_open: bool,
    /// How far it has come.
    pub status: NetworkStatus,
    /// What founders have yet to agree on, and who has consented.
    pub open_acts: Vec<(Act, Vec<PersonId>)>,
}

/// Something that founders have yet to agree on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// What the network is for.
    DeclareTypes,
    /// To let anybody apply.
    Open,
    /// To let only the invited enter.
    Close,
    /// To admit somebody.
    Admit(Party),
}

/// Somebody who represents an organisation, as they are seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Representation {
    /// Which organisation.
    pub organisation: OrganisationId,
    /// Who.
    pub person: PersonId,
    /// In what.
    pub scopes: Vec<RepresentationScope>,
}

/// A member, as they are seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// Who.
    pub party: Party,
    /// As what.
    pub class: MembershipClass,
    /// Whether they take part.
    pub status: MemberStatus,
}

/// A tie, as it is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tie {
    /// Which.
    pub tie: TieId,
    /// From whom.
    pub source: Party,
    /// To whom.
    pub target: Party,
    /// Of what kind.
    pub kind: TieKind,
    /// Whether the target said so too.
    pub acknowledged: bool,
}

/// A gathering, as it is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gathering {
    /// Which.
    pub gathering: GatheringId,
    /// What it is called.
    pub title: String,
    /// Whether it is over.
    pub held: bool,
    /// How many were there.
    pub attendance_count: u64,
}

/// Somebody at a gathering, as they are seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attendance {
    /// Who.
    pub person: PersonId,
    /// How.
    pub mode: AttendanceMode,
}

/// A person, as they are seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// Whether they were erased.
    pub erased: bool,
    /// The fields that may be read, and their values.
    pub profile: Vec<(ProfileField, String)>,
}

/// A structure, as it is seen; `None` is a figure that is undefined.
#[derive(Clone, PartialEq, Debug)]
pub struct Structure {
    /// How many nodes.
    pub nodes: u64,
    /// How many edges.
    pub edges: u64,
    /// How many components.
    pub components: u64,
    /// How many nodes without an edge.
    pub isolates: u64,
    /// Edges as a share of those possible.
    pub density: Option<f64>,
    /// The largest component's share of the nodes.
    pub largest_component_share: Option<f64>,
    /// Neighbours on average.
    pub average_degree: Option<f64>,
    /// Closed triples.
    pub transitivity: Option<f64>,
    /// Steps at most.
    pub diameter: Option<u64>,
    /// Ties that go both ways; ties only.
    pub reciprocity: Option<f64>,
}

impl Voice<'_> {
    /// Reads a network.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn network(&self, network: NetworkId) -> Result<Network, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let by = Some(By::NetworkId(network.to_string()));
                let request = message::GetNetworkRequest { by, min_position };
                let answer = NetworkServiceClient::new(self.line()).get_network(request).await;
                let answer = answer.map_err(|status| Refusal::of_status(&status))?.into_inner();
                seen(min_position, answer.position);
                let network = answer.network.unwrap();
                Ok(Network {
                    status: network.status(),
                    open_acts: network.open_acts.iter().map(open_act).collect(),
                    name: network.name,
                    membership_open: network.membership_open,
                })
            }
            Protocol::GraphQl => {
                let query = "query($id: ID!) { network(id: $id) {
                    name membershipOpen status openActs {
                        act {
                            __typename ...on EntryChange { membershipOpen }
                            ...on Admission { party { ...on Node { id } __typename } }
                        }
                        consented { id }
                    }
                } }";
                let data = self.ask(query, json!({ "id": global(network) })).await?;
                let found = &data["network"];
                Ok(Network {
                    name: text(&found["name"]),
                    membership_open: found["membershipOpen"].as_bool().unwrap(),
                    status: known(&found["status"], "NETWORK_STATUS_", |name| {
                        NetworkStatus::from_str_name(name)
                    }),
                    open_acts: found["openActs"].as_array().unwrap().iter().map(act_of).collect(),
                })
            }
        }
    }

    /// Lists the members at a moment, in the order in which they joined.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn members(
        &self,
        network: NetworkId,
        moment: Moment,
    ) -> Result<Vec<Member>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let request = message::ListMembersRequest {
                    network_id: network.to_string(),
                    as_of: Some(moment.message()),
                    page: whole(),
                    min_position,
                };
                let answer = MembershipServiceClient::new(self.line()).list_members(request).await;
                let answer = answer.map_err(|status| Refusal::of_status(&status))?.into_inner();
                listed(min_position, answer.page);
                let member = |member: message::Member| Member {
                    class: member.class(),
                    status: member.status(),
                    party: read::party(member.party, "party").unwrap(),
                };
                Ok(answer.members.into_iter().map(member).collect())
            }
            Protocol::GraphQl => {
                let fields = "members(first: 100, asOf: $asOf) {
                    position nodes { class status party { ...on Node { id } __typename } }
                }";
                let least = self.world.position();
                let listed = self.of_network(network, fields, moment).await?;
                let member = |member: &Value| Member {
                    class: known(&member["class"], "MEMBERSHIP_CLASS_", |name| {
                        MembershipClass::from_str_name(name)
                    }),
                    status: known(&member["status"], "MEMBER_STATUS_", |name| {
                        MemberStatus::from_str_name(name)
                    }),
                    party: party(&member["party"]),
                };
                Ok(items(least, &listed["members"]).iter().map(member).collect())
            }
        }
    }

    /// Lists who represented which organisation in a network at a moment.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn representations(
        &self,
        network: NetworkId,
        moment: Moment,
    ) -> Result<Vec<Representation>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let request = message::ListRepresentationsRequest {
                    network_id: network.to_string(),
                    as_of: Some(moment.message()),
                    page: whole(),
                    min_position,
                };
                let mut client = OrganisationServiceClient::new(self.line());
                let answer = client.list_representations(request).await;
                let answer = answer.map_err(|status| Refusal::of_status(&status))?.into_inner();
                listed(min_position, answer.page);
                let representation = |found: message::Representation| Representation {
                    organisation: parsed(&found.organisation_id),
                    person: parsed(&found.person_id),
                    scopes: found.scopes().collect(),
                };
                Ok(answer.representations.into_iter().map(representation).collect())
            }
            Protocol::GraphQl => {
                let fields = "representations(first: 100, asOf: $asOf) {
                    position nodes { scopes person { id } organisation { id } }
                }";
                let least = self.world.position();
                let listed = self.of_network(network, fields, moment).await?;
                let scope = |scope: &Value| {
                    known(scope, "REPRESENTATION_SCOPE_", RepresentationScope::from_str_name)
                };
                let representation = |found: &Value| Representation {
                    organisation: local(&found["organisation"]["id"]),
                    person: local(&found["person"]["id"]),
                    scopes: found["scopes"].as_array().unwrap().iter().map(scope).collect(),
                };
                Ok(items(least, &listed["representations"]).iter().map(representation).collect())
            }
        }
    }

    /// Lists the ties that were open at a moment and that may be seen.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn ties(&self, network: NetworkId, moment: Moment) -> Result<Vec<Tie>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let request = message::ListTiesRequest {
                    network_id: network.to_string(),
                    as_of: Some(moment.message()),
                    page: whole(),
                    min_position,
                    party: None,
                };
                let answer = TieServiceClient::new(self.line()).list_ties(request).await;
                let answer = answer.map_err(|status| Refusal::of_status(&status))?.into_inner();
                listed(min_position, answer.page);
                let tie = |tie: message::Tie| Tie {
                    tie: parsed(&tie.tie_id),
                    kind: tie.kind(),
                    acknowledged: tie.acknowledged,
                    source: read::party(tie.source, "source").unwrap(),
                    target: read::party(tie.target, "target").unwrap(),
                };
                Ok(answer.ties.into_iter().map(tie).collect())
            }
            Protocol::GraphQl => {
                let fields = "ties(first: 100, asOf: $asOf) { position nodes {
                    id kind acknowledged
                    source { ...on Node { id } __typename } target { ...on Node { id } __typename }
                } }";
                let least = self.world.position();
                let listed = self.of_network(network, fields, moment).await?;
                let tie = |tie: &Value| Tie {
                    tie: local(&tie["id"]),
                    source: party(&tie["source"]),
                    target: party(&tie["target"]),
                    kind: known(&tie["kind"], "TIE_KIND_", TieKind::from_str_name),
                    acknowledged: tie["acknowledged"].as_bool().unwrap(),
                };
                Ok(items(least, &listed["ties"]).iter().map(tie).collect())
            }
        }
    }

    /// Lists a network's gatherings by their start.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn gatherings(&self, network: NetworkId) -> Result<Vec<Gathering>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let network_id = network.to_string();
                let request =
                    message::ListGatheringsRequest { network_id, page: whole(), min_position };
                let mut client = GatheringServiceClient::new(self.line());
                let answer = client.list_gatherings(request).await;
                let answer = answer.map_err(|status| Refusal::of_status(&status))?.into_inner();
                listed(min_position, answer.page);
                Ok(answer.gatherings.into_iter().map(gathering).collect())
            }
            Protocol::GraphQl => {
                let fields =
                    "gatherings(first: 100) { position nodes { id title held attendanceCount } }";
                let query = format!("query($id: ID!) {{ network(id: $id) {{ {fields} }} }}");
                let least = self.world.position();
                let data = self.ask(&query, json!({ "id": global(network) })).await?;
                Ok(items(least, &data["network"]["gatherings"]).iter().map(gathering_of).collect())
            }
        }
    }

    /// Reads one gathering.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn gathering(&self, id: GatheringId) -> Result<Gathering, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let gathering_id = id.to_string();
                let request = message::GetGatheringRequest { gathering_id, min_position };
                let answer = GatheringServiceClient::new(self.line()).get_gathering(request).await;
                let answer = answer.map_err(|status| Refusal::of_status(&status))?.into_inner();
                seen(min_position, answer.position);
                Ok(gathering(answer.gathering.unwrap()))
            }
            Protocol::GraphQl => {
                let query = "query($id: ID!) {
                    gathering(id: $id) { id title held attendanceCount }
                }";
                let data = self.ask(query, json!({ "id": global(id) })).await?;
                Ok(gathering_of(&data["gathering"]))
            }
        }
    }

    /// Lists who was at a gathering, as known at a moment.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn attendance(
        &self,
        gathering: GatheringId,
        moment: Moment,
    ) -> Result<Vec<Attendance>, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let request = message::ListAttendanceRequest {
                    gathering_id: gathering.to_string(),
                    as_of: Some(moment.message()),
                    page: whole(),
                    min_position,
                };
                let mut client = GatheringServiceClient::new(self.line());
                let answer = client.list_attendance(request).await;
                let answer = answer.map_err(|status| Refusal::of_status(&status))?.into_inner();
                listed(min_position, answer.page);
                let attendance = |attendance: &message::Attendance| Attendance {
                    person: parsed(&attendance.person_id),
                    mode: attendance.mode(),
                };
                Ok(answer.attendance.iter().map(attendance).collect())
            }
            Protocol::GraphQl => {
                let query = "query($id: ID!, $asOf: AsOfInput) { gathering(id: $id) {
                    attendance(first: 100, asOf: $asOf) { position nodes { mode person { id } } }
                } }";
                let variables = json!({ "id": global(gathering), "asOf": moment.input() });
                let least = self.world.position();
                let data = self.ask(query, variables).await?;
                let attendance = |attendance: &Value| Attendance {
                    person: local(&attendance["person"]["id"]),
                    mode: known(&attendance["mode"], "ATTENDANCE_MODE_", |name| {
                        AttendanceMode::from_str_name(name)
                    }),
                };
                Ok(items(least, &data["gathering"]["attendance"]).iter().map(attendance).collect())
            }
        }
    }

    /// Reads what may be read of a person.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn profile(&self, person: PersonId) -> Result<Person, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let person_id = person.to_string();
                let request = message::GetPersonRequest { person_id, min_position };
                let answer = PersonServiceClient::new(self.line()).get_person(request).await;
                let answer = answer.map_err(|status| Refusal::of_status(&status))?.into_inner();
                seen(min_position, answer.position);
                let found = answer.person.unwrap();
                let entry = |entry: &message::ProfileEntry| (entry.field(), entry.value.clone());
                let profile = found.profile.iter().map(entry).collect();
                Ok(Person { erased: found.erased, profile })
            }
            Protocol::GraphQl => {
                let query =
                    "query($id: ID!) { person(id: $id) { erased profile { field value } } }";
                let data = self.ask(query, json!({ "id": global(person) })).await?;
                let found = &data["person"];
                let entry = |entry: &Value| {
                    let field = known(&entry["field"], "PROFILE_FIELD_", |name| {
                        ProfileField::from_str_name(name)
                    });
                    (field, text(&entry["value"]))
                };
                Ok(Person {
                    erased: found["erased"].as_bool().unwrap(),
                    profile: found["profile"].as_array().unwrap().iter().map(entry).collect(),
                })
            }
        }
    }

    /// Measures the structure at a moment.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn structure(
        &self,
        network: NetworkId,
        layer: Layer,
        moment: Moment,
    ) -> Result<Structure, Refusal> {
        match self.world.protocol() {
            Protocol::Grpc => {
                let min_position = self.world.position();
                let request = GetStructureRequest {
                    network_id: network.to_string(),
                    layer: layer.into(),
                    as_of: Some(moment.message()),
                    min_position,
                };
                let answer = StructureServiceClient::new(self.line()).get_structure(request).await;
                let answer = answer.map_err(|status| Refusal::of_status(&status))?.into_inner();
                let found = answer.structure.unwrap();
                seen(min_position, found.position);
                Ok(structure(&found))
            }
            Protocol::GraphQl => {
                let query = format!(
                    "query($id: ID!, $asOf: AsOfInput) {{ network(id: $id) {{
                        structure(layer: {}, asOf: $asOf) {{
                            position nodes edges components isolates density
                            largestComponentShare averageDegree transitivity diameter reciprocity
                        }}
                    }} }}",
                    enum_name(layer.as_str_name(), "LAYER_"),
                );
                let min_position = self.world.position();
                let variables = json!({ "id": global(network), "asOf": moment.input() });
                let data = self.ask(&query, variables).await?;
                let found = &data["network"]["structure"];
                seen(min_position, number(&found["position"]));
                Ok(structure_of(found))
            }
        }
    }

    /// Reads the recorded events after a position that may be seen; GraphQL gives them by
    /// subscription only, so always over gRPC.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn events(
        &self,
        network: NetworkId,
        after_position: u64,
    ) -> Result<Vec<RecordedEvent>, Refusal> {
        let network_id = network.to_string();
        let request = StreamNetworkEventsRequest { network_id, after_position, follow: false };
        let answer = HistoryServiceClient::new(self.line()).stream_network_events(request).await;
        let mut stream = answer.map_err(|status| Refusal::of_status(&status))?.into_inner();
        let mut events = Vec::new();
        while let Some(next) = stream.next().await {
            let next = next.map_err(|status| Refusal::of_status(&status))?;
            events.extend(next.event);
        }
        Ok(events)
    }

    async fn of_network(
        &self,
        network: NetworkId,
        fields: &str,
        moment: Moment,
    ) -> Result<Value, Refusal> {
        let query =
            format!("query($id: ID!, $asOf: AsOfInput) {{ network(id: $id) {{ {fields} }} }}");
        let variables = json!({ "id": global(network), "asOf": moment.input() });
        let mut data = self.ask(&query, variables).await?;
        Ok(data["network"].take())
    }
}

/// The items of a connection, which must reflect everything up to a position.
fn items(least: u64, connection: &Value) -> &[Value] {
    seen(least, number(&connection["position"]));
    connection["nodes"].as_array().unwrap()
}

fn listed(least: u64, page: Option<PageInfo>) {
    let page = page.unwrap();
    assert_eq!(page.next_page_token, "", "stories fit on one page");
    seen(least, page.position);
}

#[expect(clippy::unnecessary_wraps, reason = "fields of messages are optional")]
fn whole() -> Option<PageRequest> {
    Some(PageRequest { page_size: 100, ..Default::default() })
}

fn gathering(message: message::Gathering) -> Gathering {
    let message::Gathering { title, held, attendance_count, .. } = message;
    Gathering { gathering: parsed(&message.gathering_id), title, held, attendance_count }
}

fn gathering_of(value: &Value) -> Gathering {
    Gathering {
        gathering: local(&value["id"]),
        title: text(&value["title"]),
        held: value["held"].as_bool().unwrap(),
        attendance_count: value["attendanceCount"].as_u64().unwrap(),
    }
}

fn structure(message: &assessment::Structure) -> Structure {
    Structure {
        nodes: message.nodes,
        edges: message.edges,
        components: message.components,
        isolates: message.isolates,
        density: message.density,
        largest_component_share: message.largest_component_share,
        average_degree: message.average_degree,
        transitivity: message.transitivity,
        diameter: message.diameter,
        reciprocity: message.reciprocity,
    }
}

fn structure_of(value: &Value) -> Structure {
    let count = |field: &str| value[field].as_u64().unwrap();
    Structure {
        nodes: count("nodes"),
        edges: count("edges"),
        components: count("components"),
        isolates: count("isolates"),
        density: value["density"].as_f64(),
        largest_component_share: value["largestComponentShare"].as_f64(),
        average_degree: value["averageDegree"].as_f64(),
        transitivity: value["transitivity"].as_f64(),
        diameter: value["diameter"].as_u64(),
        reciprocity: value["reciprocity"].as_f64(),
    }
}

fn party(value: &Value) -> Party {
    match value["__typename"].as_str() {
        Some("Person") => Party::Person(local::<kernel::id::kinds::Person>(&value["id"])),
        Some("Organisation") => {
            let organisation: OrganisationId = local(&value["id"]);
            Party::Organisation(organisation)
        }
        Some(_) | None => panic!("not a party: {value}"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn known<T>(value: &Value, prefix: &str, read: fn(&str) -> Option<T>) -> T {
    read(&format!("{prefix}{}", value.as_str().unwrap())).unwrap()
}

fn parsed<K: IdKind>(id: &str) -> Id<K> {
    Id::parse(id).unwrap()
}

fn open_act(open: &message::OpenAct) -> (Act, Vec<PersonId>) {
    let act = match open.act.clone().unwrap() {
        open_act::Act::DeclareTypes(_) => Act::DeclareTypes,
        open_act::Act::OpenMembership(_) => Act::Open,
        open_act::Act::CloseMembership(_) => Act::Close,
        open_act::Act::AdmitMember(party) => {
            Act::Admit(read::party(Some(party), "admit_member").unwrap())
        }
    };
    (act, open.consented_founder_ids.iter().map(|id| parsed(id)).collect())
}

fn act_of(open: &Value) -> (Act, Vec<PersonId>) {
    let act = match open["act"]["__typename"].as_str().unwrap() {
        "TypeDeclaration" => Act::DeclareTypes,
        "EntryChange" if open["act"]["membershipOpen"] == true => Act::Open,
        "EntryChange" => Act::Close,
        _ => Act::Admit(party(&open["act"]["party"])),
    };
    let consented = open["consented"].as_array().unwrap();
    (act, consented.iter().map(|person| local(&person["id"])).collect())
}
