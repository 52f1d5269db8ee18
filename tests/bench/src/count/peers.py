"""Counts a BLT file with another implementation, and prints what it took.

Called as: peers.py BALLOTS SEATS ROUNDS PEER RULE. Reading the file and making the peer's own
ballots out of it is not measured. Prints one line of JSON.
"""

import json
import sys
import time


def read(path):
    """Gives the names of the candidates and the ballots, as indexes with their weights."""
    with open(path, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    candidates = int(lines[0].split()[0])
    end = lines.index("0")
    ballots = []
    for line in lines[1:end]:
        weight, *ranked, _ = map(int, line.split())
        ballots.append((tuple(number - 1 for number in ranked), weight))
    names = [line.strip('"') for line in lines[end + 1:end + 1 + candidates]]
    return names, ballots


def measure(rounds, count):
    """Counts some times over and prints the median."""
    taken = []
    winners = None
    for _ in range(rounds):
        begun = time.perf_counter()
        winners = count()
        taken.append(time.perf_counter() - begun)
    taken.sort()
    print(json.dumps({"seconds": taken[(len(taken) - 1) // 2], "winners": winners}))


def grouped(ballots):
    """Puts identical ballots together."""
    weights = {}
    for ranked, weight in ballots:
        weights[ranked] = weights.get(ranked, 0) + weight
    return weights


def pyrankvote(names, ballots, seats, rule):
    import pyrankvote

    candidates = [pyrankvote.Candidate(name) for name in names]
    apart = [
        pyrankvote.Ballot([candidates[index] for index in ranked])
        for ranked, weight in ballots
        for _ in range(weight)
    ]

    def winners(result):
        return [str(winner) for winner in result.get_winners()]

    if rule == "irv":
        return lambda: winners(pyrankvote.instant_runoff_voting(candidates, apart))
    return lambda: winners(pyrankvote.single_transferable_vote(candidates, apart, seats))


def votekit(names, ballots, seats, rule):
    from votekit import elections
    from votekit.ballot import RankBallot
    from votekit.pref_profile import RankProfile

    profile = RankProfile(
        ballots=tuple(
            RankBallot(ranking=tuple(frozenset({names[index]}) for index in ranked), weight=weight)
            for ranked, weight in grouped(ballots).items()
        ),
        candidates=tuple(names),
    )

    def winners(election):
        return [name for group in election.get_elected() for name in sorted(group)]

    if rule == "irv":
        return lambda: winners(elections.IRV(profile, tiebreak="random"))
    return lambda: winners(
        elections.STV(profile, n_seats=seats, simultaneous=False, tiebreak="random")
    )


def pref_voting(names, ballots, seats, rule):
    from pref_voting.profiles_with_ties import ProfileWithTies
    from pref_voting.proportional_methods import stv_scottish

    if rule == "irv":
        raise NotImplementedError("its run-off takes complete rankings only")
    weights = grouped(ballots)
    profile = ProfileWithTies(
        [{index: rank for rank, index in enumerate(ranked, 1)} for ranked in weights],
        rcounts=list(weights.values()),
        candidates=list(range(len(names))),
    )
    return lambda: [names[int(index)] for index in stv_scottish(profile, num_seats=seats)]


def main():
    path, seats, rounds, peer, rule = sys.argv[1:6]
    peers = {"pyrankvote": pyrankvote, "votekit": votekit, "pref_voting": pref_voting}
    names, ballots = read(path)
    try:
        measure(int(rounds), peers[peer](names, ballots, int(seats), rule))
    except ImportError:
        print(json.dumps({"refused": "is not installed"}))
    except Exception as error:
        print(json.dumps({"refused": repr(error)}))


main()
