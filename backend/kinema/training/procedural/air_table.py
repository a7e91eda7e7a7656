"""Every primitive of one leg in the air as one row of data; `primitives_kicks` makes them move."""

from __future__ import annotations

from dataclasses import dataclass

Angles = tuple[float, float, float, float]


@dataclass(frozen=True)
class AirRow:
    """One leg primitive. Angles in degrees: thigh raised, aside, knee flexion, toes pointed.

    `keys`: (share of `period`, angles) in time; `hold` whether the last one can be held; `torso`: degrees forward
    and to the raised side at full height. `phrases` know {leg}, {foot}, {knee}.
    """

    name: str
    phrases: tuple[str, ...]
    says: str
    keys: tuple[tuple[float, Angles], ...]
    period: float = 1.3
    hold: bool = False
    torso: tuple[float, float] = (0.0, 0.0)
    balance: bool = False


AIR_ROWS = (
    AirRow(
        "kick forward",
        (
            "[kick] forward with {leg}",
            "[kick] with {leg}",
            "[kick] {leg} forward",
            "[do] a front kick with {leg}",
            "[kick] {foot} out in front",
        ),
        "kick forward",
        (
            (0.3, (50.0, 3.0, 85.0, 10.0)),
            (0.47, (72.0, 2.0, 14.0, 25.0)),
            (0.55, (72.0, 2.0, 14.0, 25.0)),
            (0.74, (48.0, 3.0, 75.0, 10.0)),
        ),
        torso=(-8.0, 0.0),
    ),
    AirRow(
        "kick high",
        ("[kick] high with {leg}", "[kick] {leg} up high", "[do] a high kick with {leg}"),
        "kick high forward at head height",
        (
            (0.28, (55.0, 3.0, 80.0, 10.0)),
            (0.47, (102.0, 2.0, 12.0, 25.0)),
            (0.54, (102.0, 2.0, 12.0, 25.0)),
            (0.76, (50.0, 3.0, 60.0, 10.0)),
        ),
        torso=(-14.0, 0.0),
    ),
    AirRow(
        "kick ball",
        ("[kick] a ball with {foot}", "[kick] something on the ground with {foot}", "[kick] low with {leg}"),
        "kick forward at a ball",
        ((0.34, (-24.0, 5.0, 58.0, 10.0)), (0.6, (44.0, 0.0, 12.0, 18.0)), (0.8, (22.0, 2.0, 42.0, 5.0))),
        torso=(3.0, 0.0),
    ),
    AirRow(
        "kick side",
        (
            "[kick] to the side with {leg}",
            "[kick] sideways with {leg}",
            "[do] a side kick with {leg}",
            "[kick] {leg} out to the side",
        ),
        "kick to the side",
        (
            (0.3, (48.0, 14.0, 95.0, 0.0)),
            (0.48, (10.0, 62.0, 10.0, 0.0)),
            (0.56, (10.0, 62.0, 10.0, 0.0)),
            (0.76, (45.0, 14.0, 90.0, 0.0)),
        ),
        torso=(2.0, -20.0),
    ),
    AirRow(
        "kick back",
        ("[kick] backward with {leg}", "[kick] {leg} back", "[kick] behind with {foot}"),
        "kick backward",
        (
            (0.28, (30.0, 3.0, 75.0, 0.0)),
            (0.48, (-42.0, 4.0, 14.0, 5.0)),
            (0.55, (-42.0, 4.0, 14.0, 5.0)),
            (0.76, (10.0, 4.0, 60.0, 5.0)),
        ),
        torso=(32.0, 0.0),
    ),
    AirRow(
        "knee strike",
        ("[knee] forward with {leg}", "[drive] {knee} upward"),
        "kick up with the knee high",
        (
            (0.25, (-15.0, 3.0, 40.0, 15.0)),
            (0.48, (88.0, 0.0, 115.0, 30.0)),
            (0.56, (88.0, 0.0, 115.0, 30.0)),
            (0.78, (35.0, 3.0, 60.0, 10.0)),
        ),
        torso=(-6.0, 0.0),
    ),
    AirRow(
        "raise knee",
        (
            "[raise] {knee}",
            "[lift] {knee}",
            "[lift] {knee} up to {his} waist",
            "[raise] {leg} with a bent knee",
            "[lift] {foot} off the ground",
        ),
        "raise up with the knee high",
        ((0.45, (84.0, 4.0, 95.0, 12.0)), (0.55, (84.0, 4.0, 95.0, 12.0))),
        period=1.5,
        hold=True,
    ),
    AirRow(
        "raise leg front",
        (
            "[raise] {leg} forward",
            "[lift] {leg} straight in front",
            "[raise] {leg} in front of {his} body",
            "[raise] {leg}",
        ),
        "raise forward",
        ((0.45, (56.0, 2.0, 8.0, 15.0)), (0.55, (56.0, 2.0, 8.0, 15.0))),
        period=1.7,
        hold=True,
        torso=(-7.0, 0.0),
    ),
    AirRow(
        "raise leg side",
        ("[raise] {leg} to the side", "[lift] {leg} sideways", "[lift] {leg} out to the side"),
        "raise to the side",
        ((0.45, (3.0, 42.0, 8.0, 10.0)), (0.55, (3.0, 42.0, 8.0, 10.0))),
        period=1.7,
        hold=True,
        torso=(0.0, -11.0),
    ),
    AirRow(
        "raise leg back",
        ("[raise] {leg} backward", "[lift] {leg} behind {his} body", "[stretch] {leg} back"),
        "raise backward",
        ((0.45, (-32.0, 3.0, 10.0, 25.0)), (0.55, (-32.0, 3.0, 10.0, 25.0))),
        period=1.7,
        hold=True,
        torso=(24.0, 0.0),
    ),
    AirRow(
        "heel to back",
        ("[bend] {leg} at the knee", "[bring] {his} {side} heel up behind", "[bend] {knee} backward"),
        "bend backward at the knee",
        ((0.45, (-4.0, 3.0, 100.0, 20.0)), (0.55, (-4.0, 3.0, 100.0, 20.0))),
        period=1.5,
        hold=True,
    ),
    AirRow(
        "stand on one leg",
        (
            "[stand] on {other}",
            "[balance] on {other}",
            "[stand] on one leg",
            "[balance] on one foot",
            "[hold] {foot} up and [balance] on {other}",
        ),
        "bend off the ground",
        ((0.45, (48.0, 6.0, 85.0, 15.0)), (0.55, (48.0, 6.0, 85.0, 15.0))),
        period=1.8,
        hold=True,
        balance=True,
    ),
    AirRow(
        "swing leg",
        ("[swing] {leg} back and forth", "[swing] {leg} forward and backward", "[swing] {leg}"),
        "swing forward and backward",
        ((0.25, (32.0, 4.0, 12.0, 5.0)), (0.75, (-26.0, 4.0, 24.0, 10.0))),
        period=1.3,
    ),
    AirRow(
        "stomp",
        ("[stomp] with {foot}", "[stamp] {foot}", "[stomp] {foot} on the ground"),
        "stomp on the ground",
        ((0.5, (46.0, 4.0, 80.0, 0.0)), (0.62, (46.0, 4.0, 80.0, 0.0))),
        period=0.95,
    ),
)
