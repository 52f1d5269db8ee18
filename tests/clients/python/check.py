"""Speaks gRPC to a running server as any outside program would: by reflection, without our code.

Usage: python3 check.py URL OPERATOR_TOKEN WEFT_BINARY DATA_FOLDER

The binary and the server's folder of data are for making tokens of persons.
"""

import queue
import subprocess
import sys
import threading
import time
import uuid

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from checks import equal, run
from reflected import Refused, Server

NETWORKS = "weft.membership.v1.NetworkService"
PERSONS = "weft.membership.v1.PersonService"
MEMBERS = "weft.membership.v1.MembershipService"
TIES = "weft.membership.v1.TieService"
GATHERINGS = "weft.membership.v1.GatheringService"
STRUCTURES = "weft.assessment.v1.StructureService"
HISTORY = "weft.history.v1.HistoryService"
OURS = [
    NETWORKS,
    PERSONS,
    "weft.membership.v1.OrganisationService",
    MEMBERS,
    TIES,
    GATHERINGS,
    STRUCTURES,
    HISTORY,
]

url, operator_token, weft, folder = sys.argv[1:5]
server = Server(url)
operator = server.as_caller(operator_token)

# What the checks before have recorded, by name.
made = {}


def command():
    return {"command_id": str(uuid.uuid4())}


def register(name):
    answer = operator.call(
        f"{PERSONS}/RegisterPerson",
        {"command": command(), "name": name, "name_visibility": "FIELD_VISIBILITY_NETWORK"},
    )
    return answer["person_id"]


def token_of(person):
    arguments = [weft, "token", "--data", folder, "--person", person]
    done = subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=30)
    return done.stdout.strip()


def refusal(action):
    """The refusal of a call; fails when there is none, or when it does not say who gives it."""
    try:
        answer = action()
    except Refused as refused:
        equal(refused.domain, "weft", f"domain of {refused}")
        assert refused.reason and len(refused.reason) <= 63, refused
        return refused
    raise AssertionError(f"not refused: {answer}")


def refused_as(action, code, reason=None, field=None):
    refused = refusal(action)
    equal(refused.code, code, str(refused))
    if reason:
        equal(refused.reason, reason, str(refused))
    if field:
        assert field in refused.fields, f"no violation of {field}: {refused}"
    return refused


def events(caller, after=0):
    """A network's events after a position, as far as they are recorded."""
    request = {"network_id": made["network"], "after_position": str(after)}
    answers = caller.stream(f"{HISTORY}/StreamNetworkEvents", request)
    return [answer["event"] for answer in answers if "event" in answer]


def every_service_is_healthy():
    stub = health_pb2_grpc.HealthStub(server.channel)
    for service in ["", *OURS]:
        answer = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=10)
        equal(answer.status, health_pb2.HealthCheckResponse.SERVING, service)
    try:
        stub.Check(health_pb2.HealthCheckRequest(service="nothing"), timeout=10)
    except grpc.RpcError as error:
        equal(error.code(), grpc.StatusCode.NOT_FOUND)
    else:
        raise AssertionError("an unknown service is healthy")


def reflection_lists_and_describes_every_service():
    listed = server.services()
    missing = [service for service in OURS if service not in listed]
    assert not missing, f"not listed: {missing}; listed: {listed}"
    methods = 0
    for service in OURS:
        described = server.pool.FindServiceByName(service)
        methods += len(described.methods)
    return f"{len(listed)} services, {methods} methods of ours"


def persons_are_registered():
    for name in ("ANNA", "BEN", "CHLOE", "DORA"):
        made[name] = register(name.title())
        made[f"{name} calls"] = server.as_caller(token_of(made[name]))
    equal(len({made[name] for name in ("ANNA", "BEN", "CHLOE", "DORA")}), 4, "ids")


def two_founders_found_a_network():
    made["name"] = f"Reflected {uuid.uuid4()}"
    answer = made["ANNA calls"].call(
        f"{NETWORKS}/FoundNetwork",
        {
            "command": command(),
            "name": made["name"],
            "purpose": "to be met from outside",
            "founder_ids": [made["ANNA"], made["BEN"]],
        },
    )
    made["network"] = answer["network_id"]
    request = {"command": command(), "network_id": made["network"]}
    receipt = made["BEN calls"].call(f"{NETWORKS}/JoinAsFounder", request)["receipt"]
    found = made["BEN calls"].call(
        f"{NETWORKS}/GetNetwork", {"name": made["name"], "min_position": receipt["position"]}
    )
    network = found["network"]
    equal(network["network_id"], made["network"], "network_id")
    equal(network["status"], "NETWORK_STATUS_FORMING", "status")
    equal(sorted(network["founder_ids"]), sorted([made["ANNA"], made["BEN"]]), "founders")


def an_invited_person_becomes_a_member():
    of_network = {"network_id": made["network"]}
    chloe = {"party": {"person_id": made["CHLOE"]}}
    invite = f"{MEMBERS}/InviteParty"
    made["ANNA calls"].call(invite, {"command": command()} | of_network | chloe)
    refused_as(
        lambda: made["ANNA calls"].call(
            f"{MEMBERS}/AdmitMember", {"command": command()} | of_network | chloe
        ),
        "FAILED_PRECONDITION",
    )
    accept = f"{MEMBERS}/AcceptInvitation"
    made["CHLOE calls"].call(accept, {"command": command()} | of_network)
    # Both founders have to consent.
    for founder in ("ANNA", "BEN"):
        admitted = made[f"{founder} calls"].call(
            f"{MEMBERS}/AdmitMember", {"command": command()} | of_network | chloe
        )
    listed = made["CHLOE calls"].call(
        f"{MEMBERS}/ListMembers", of_network | {"min_position": admitted["receipt"]["position"]}
    )
    members = [member["party"]["person_id"] for member in listed["members"]]
    equal(members, [made["ANNA"], made["BEN"], made["CHLOE"]], "members")
    equal(listed["page"]["total"], "3", "total")


def lists_are_read_page_by_page():
    of_network, seen, page_token = {"network_id": made["network"]}, [], ""
    for _ in range(3):
        page = {"page_size": 1, "page_token": page_token}
        answer = made["ANNA calls"].call(f"{MEMBERS}/ListMembers", of_network | {"page": page})
        seen += [member["party"]["person_id"] for member in answer["members"]]
        page_token = answer["page"].get("next_page_token", "")
    equal(page_token, "", "token of the page after the last")
    equal(seen, [made["ANNA"], made["BEN"], made["CHLOE"]], "members")


def a_tie_is_declared_and_acknowledged():
    declared = made["ANNA calls"].call(
        f"{TIES}/DeclareTie",
        {
            "command": command() | {"effective_at": "2026-01-15T00:00:00Z"},
            "network_id": made["network"],
            "target": {"person_id": made["CHLOE"]},
            "kind": "TIE_KIND_TRUSTS",
            "basis": "TIE_BASIS_MET_IN_PERSON",
            "visibility": "TIE_VISIBILITY_NETWORK",
        },
    )
    acknowledged = made["CHLOE calls"].call(
        f"{TIES}/AcknowledgeTie", {"command": command(), "tie_id": declared["tie_id"]}
    )
    position = acknowledged["receipt"]["position"]
    listed = made["BEN calls"].call(
        f"{TIES}/ListTies", {"network_id": made["network"], "min_position": position}
    )
    equal(len(listed["ties"]), 1, "ties")
    equal(listed["ties"][0]["tie_id"], declared["tie_id"], "tie_id")
    equal(listed["ties"][0].get("acknowledged"), True, "acknowledged")
    equal(listed["ties"][0]["since"], "2026-01-15T00:00:00Z", "since")
    structure = made["BEN calls"].call(
        f"{STRUCTURES}/GetStructure",
        {"network_id": made["network"], "layer": "LAYER_TIES", "min_position": position},
    )["structure"]
    equal((structure["nodes"], structure["edges"]), ("3", "1"), "nodes and edges")


def attendance_of_last_march_counts_from_last_march():
    planned = made["ANNA calls"].call(
        f"{GATHERINGS}/PlanGathering",
        {
            "command": command(),
            "network_id": made["network"],
            "title": "Spring assembly",
            "starts_at": "2026-03-14T18:00:00Z",
        },
    )
    made["gathering"] = planned["gathering_id"]
    for name in ("ANNA", "BEN"):
        receipt = attend(name)["receipt"]
    made["position"] = receipt["position"]
    for as_of, nodes, edges in (("2026-03-14T17:59:59Z", 0, 0), ("2026-03-14T18:00:00Z", 2, 1)):
        structure = made["ANNA calls"].call(
            f"{STRUCTURES}/GetStructure",
            {
                "network_id": made["network"],
                "layer": "LAYER_CO_ATTENDANCE",
                "as_of": {"effective": as_of},
                "min_position": made["position"],
            },
        )["structure"]
        found = (int(structure.get("nodes", 0)), int(structure.get("edges", 0)))
        equal(found, (nodes, edges), f"nodes and edges as of {as_of}")


def attend(name):
    return made["ANNA calls"].call(
        f"{GATHERINGS}/RecordAttendance",
        {
            "command": command(),
            "gathering_id": made["gathering"],
            "person_id": made[name],
            "mode": "ATTENDANCE_MODE_IN_PERSON",
            "source": "ATTENDANCE_SOURCE_HOST",
        },
    )


def the_same_command_again_gets_the_same_answer():
    request = {"command": command(), "name": "Emil"}
    first = operator.call(f"{PERSONS}/RegisterPerson", request)
    again = operator.call(f"{PERSONS}/RegisterPerson", request)
    equal(again["person_id"], first["person_id"], "person_id")
    equal(again["receipt"].get("recalled"), True, "recalled")
    equal(again["receipt"]["position"], first["receipt"]["position"], "position")
    equal(again["receipt"].get("events", 0), 0, "events")


def the_same_command_id_with_another_request_is_refused():
    given = command()
    operator.call(f"{PERSONS}/RegisterPerson", {"command": given, "name": "Frieda"})
    refused_as(
        lambda: operator.call(f"{PERSONS}/RegisterPerson", {"command": given, "name": "Gustav"}),
        "ALREADY_EXISTS",
        "COMMAND_ID_REUSED",
    )


def wrong_requests_get_the_right_code_and_field():
    get = f"{NETWORKS}/GetNetwork"
    refused_as(
        lambda: operator.call(get, {"network_id": "nonsense"}), "INVALID_ARGUMENT",
        field="network_id",
    )
    refused_as(
        lambda: operator.call(
            f"{PERSONS}/RegisterPerson", {"command": {"command_id": "1"}, "name": "Hanna"}
        ),
        "INVALID_ARGUMENT",
        field="command.command_id",
    )
    refused_as(
        lambda: operator.call(f"{PERSONS}/RegisterPerson", {"command": command(), "name": " "}),
        "INVALID_ARGUMENT",
    )
    refused_as(lambda: operator.call(get, {"network_id": str(uuid.uuid4())}), "NOT_FOUND")


def nobody_sees_a_foreign_network():
    of_network = {"network_id": made["network"]}
    for method in (
        f"{NETWORKS}/GetNetwork",
        f"{MEMBERS}/ListMembers",
        f"{TIES}/ListTies",
        f"{GATHERINGS}/ListGatherings",
    ):
        refused_as(lambda: made["DORA calls"].call(method, of_network), "NOT_FOUND")
    refused_as(
        lambda: made["DORA calls"].call(
            f"{STRUCTURES}/GetStructure", of_network | {"layer": "LAYER_TIES"}
        ),
        "NOT_FOUND",
    )
    refused_as(lambda: events(made["DORA calls"]), "NOT_FOUND")
    equal(made["DORA calls"].call(f"{NETWORKS}/ListNetworks", {}).get("networks", []), [])


def the_operator_does_not_act_for_members():
    request = {
        "command": command(),
        "network_id": made["network"],
        "title": "Not mine",
        "starts_at": "2026-03-14T18:00:00Z",
    }
    refused_as(lambda: operator.call(f"{GATHERINGS}/PlanGathering", request), "PERMISSION_DENIED")


def a_missing_or_forged_token_is_refused():
    header, payload, signature = operator_token.split(".")
    other = "A" if signature[5] != "A" else "B"
    forged = f"{header}.{payload}.{signature[:5]}{other}{signature[6:]}"
    # {"alg":"none"}
    unsigned = f"eyJhbGciOiJub25lIn0.{payload}."
    for token in (None, "nonsense", forged, unsigned):
        caller = server.as_caller(token)
        refused_as(lambda: caller.call(f"{NETWORKS}/ListNetworks", {}), "UNAUTHENTICATED")


def what_does_not_exist_is_unimplemented():
    for path in (f"/{NETWORKS}/Nothing", "/weft.nothing.v1.Nothing/Nothing"):
        try:
            server.channel.unary_unary(path)(b"", timeout=10)
        except grpc.RpcError as error:
            equal(error.code(), grpc.StatusCode.UNIMPLEMENTED, path)
        else:
            raise AssertionError(f"{path} answered")


def a_message_of_20_mb_is_refused():
    request = {"command": command(), "name": "x" * 20_000_000}
    refused = refusal(lambda: operator.call(f"{PERSONS}/RegisterPerson", request))
    assert refused.code in ("RESOURCE_EXHAUSTED", "INVALID_ARGUMENT"), refused
    equal(operator.call(f"{NETWORKS}/ListNetworks", {"page": {"page_size": 1}})["page"]["total"]
          != "0", True, "the server still answers")
    return refused.code


def a_deadline_ends_a_call_and_a_stream():
    started = time.monotonic()
    request = {"network_id": made["network"], "follow": True}
    stream = made["ANNA calls"].stream(f"{HISTORY}/StreamNetworkEvents", request, timeout=0.5)
    try:
        for _ in stream:
            pass
    except Refused as refused:
        equal(refused.code, "DEADLINE_EXCEEDED")
    else:
        raise AssertionError("a stream that follows ended by itself")
    assert time.monotonic() - started < 5, "the deadline came late"
    # Waits for a position that the log does not reach.
    request = {"min_position": "1000000000"}
    try:
        operator.call(f"{NETWORKS}/ListNetworks", request, timeout=0.3)
    except Refused as refused:
        equal(refused.code, "DEADLINE_EXCEEDED")
    else:
        raise AssertionError("answered as of a position that there is not")


def a_stream_resumes_at_any_position_without_gap_or_repeat():
    everything = events(made["ANNA calls"])
    positions = [int(event["position"]) for event in everything]
    equal(positions, sorted(set(positions)), "positions")
    types = [event["type"] for event in everything]
    for expected in ("NetworkFounded", "TieDeclared", "GatheringPlanned", "AttendanceRecorded"):
        assert expected in types, f"{expected} is not in {types}"
    for index, position in enumerate(positions):
        equal(events(made["ANNA calls"], position), everything[index + 1:], "the rest")
    return f"{len(everything)} events"


def a_stream_that_follows_goes_live_without_gap_or_repeat():
    before = events(made["ANNA calls"])
    middle = len(before) // 2
    request = {
        "network_id": made["network"],
        "after_position": before[middle]["position"],
        "follow": True,
    }
    arrived = queue.Queue()

    def follow():
        try:
            for answer in made["ANNA calls"].stream(f"{HISTORY}/StreamNetworkEvents", request, 20):
                if "event" in answer:
                    arrived.put(answer["event"]["position"])
        except Refused as refused:
            arrived.put(refused)

    threading.Thread(target=follow, daemon=True).start()
    expected = [event["position"] for event in before[middle + 1:]]
    equal([arrived.get(timeout=10) for _ in expected], expected, "recorded before")
    attend("CHLOE")
    live = arrived.get(timeout=10)
    equal(live, events(made["ANNA calls"])[-1]["position"], "recorded live")
    assert live not in expected


run(
    "python",
    [
        every_service_is_healthy,
        reflection_lists_and_describes_every_service,
        persons_are_registered,
        two_founders_found_a_network,
        an_invited_person_becomes_a_member,
        lists_are_read_page_by_page,
        a_tie_is_declared_and_acknowledged,
        attendance_of_last_march_counts_from_last_march,
        the_same_command_again_gets_the_same_answer,
        the_same_command_id_with_another_request_is_refused,
        wrong_requests_get_the_right_code_and_field,
        nobody_sees_a_foreign_network,
        the_operator_does_not_act_for_members,
        a_missing_or_forged_token_is_refused,
        what_does_not_exist_is_unimplemented,
        a_message_of_20_mb_is_refused,
        a_deadline_ends_a_call_and_a_stream,
        a_stream_resumes_at_any_position_without_gap_or_repeat,
        a_stream_that_follows_goes_live_without_gap_or_repeat,
    ],
)
