"""The suite: every meaning that is measured, the prompts that ask for it and the predicate that reads it.

`label` patterns find real clips whose own text shows the meaning for certain; they serve to validate the predicate.
"""

from . import arms, body, travel
from .predicates import Predicate, all_of, any_of, meanwhile, none_of, then

L, R = 0, 1
SIDE = ("left", "right")

TRAVEL = (
    Predicate("walk", ("a person walks forward", "someone is walking straight ahead"), travel.walks, 4.0,
              r"^(a person |someone |the person |a man )?(is )?walk(s|ing)?( slowly| forward| forwards| straight)*$"),
    Predicate("walk backward", ("a person walks backward", "someone walks backwards slowly"), travel.walks_backward, 4.0,
              r"walk.{0,12} back(ward)?s?$"),
    Predicate("run", ("a person runs forward", "someone is jogging"), travel.runs_forward, 3.0,
              r"^(a person |someone |the person |a man )?(run|jog|dash|sprint)(s|ning|ging)?( quickly)?( forwards?)?$"),
    Predicate("run fast", ("a person sprints forward",), all_of(travel.runs_forward, travel.at_pace(2.8, 12)), 3.0,
              r"\b(sprint|dash)"),
    Predicate("step left", ("a person steps sideways to the left",), travel.travels(0, 1, 0.4), 3.0,
              r"(sidestep|side step|steps? sideways?).*left$"),
    Predicate("step right", ("a person steps sideways to the right",), travel.travels(0, -1, 0.4), 3.0,
              r"(sidestep|side step|steps? sideways?).*right$"),
    Predicate("walk turn left", ("a person walks and turns left", "someone walks forward and makes a left turn"),
              all_of(travel.at_pace(0.3, 3), travel.turns(1, 40, 200)), 5.0, r"walk.*turns? .*left|walk.*left turn"),
    Predicate("walk turn right", ("a person walks and turns right", "someone walks forward and makes a right turn"),
              all_of(travel.at_pace(0.3, 3), travel.turns(-1, 40, 200)), 5.0, r"walk.*turns? .*right|walk.*right turn"),
    Predicate("run turn left", ("a person runs and turns left",),
              all_of(travel.at_pace(1.2, 9), travel.turns(1, 40, 200)), 3.0, r"(run|jog).*left turn"),
    Predicate("run turn right", ("a person runs and turns right",),
              all_of(travel.at_pace(1.2, 9), travel.turns(-1, 40, 200)), 3.0, r"(run|jog).*right turn"),
    Predicate("turn around", ("a person turns around", "someone turns to face the other way"), travel.turns_around, 4.0,
              r"^a person turns? around$"),
    Predicate("circle", ("a person walks in a circle",), travel.circles, 8.0, r"walks? in (a|small) circle"),
    Predicate("stand", ("a person stands still",), all_of(travel.still, travel.upright), 3.0, r"^(a person )?stands?( still)?$"),
    Predicate("jump", ("a person jumps", "someone jumps up high"), travel.jumps(), 3.0, r"^(a person )?jumps?( up)?$"),
    Predicate("jump forward", ("a person jumps forward",), all_of(travel.jumps(), travel.travels(1, 0, 0.5)), 3.0,
              r"^(a person )?(forward jump|jumps? forward)"),
    Predicate("jump repeatedly", ("a person jumps up and down",), travel.jumps(2), 5.0, r"jumps? up and down"),
    Predicate("hop left", ("a person hops on the left leg",), travel.hops_on(L), 4.0, r"hop.*left (leg|foot)"),
    Predicate("hop right", ("a person hops on the right leg",), travel.hops_on(R), 4.0, r"hop.*right (leg|foot)"),
    Predicate("march", ("a person marches with high knees", "someone marches in place lifting the knees high"), body.marches, 4.0,
              r"\bmarch|high knees"),
    Predicate("tiptoe", ("a person walks on tiptoe",), all_of(body.tiptoes, travel.travels(1, 0, 0.4)), 4.0, r"\btip ?toe"),
    Predicate("sneak", ("a person sneaks forward", "someone creeps forward in a crouch"), body.sneaks, 4.0, r"\bsneak|stealthily"),
    Predicate("limp", ("a person limps forward",), all_of(body.limps, travel.travels(1, 0, 0.4)), 4.0, r"\blimp"),
)

ARMS = (
    *(Predicate(f"raise {side}", (f"a person raises the {side} hand", f"someone lifts their {side} arm up"), arms.raises(k), 3.0,
                rf"^(a person )?raises? (up )?(the |his |their )?{side} (hand|arm)") for k, side in enumerate(SIDE)),
    Predicate("raise both", ("a person raises both hands", "someone lifts both arms above the head"), arms.raises_both, 3.0,
              r"raises? (up )?both (hands|arms)"),
    *(Predicate(f"wave {side}", (f"a person waves the {side} hand", f"someone waves with their {side} hand"), arms.waves(k), 4.0,
                rf"^(a person )?waves? (with )?(the |his |their )?{side} (hand|arm)") for k, side in enumerate(SIDE)),
    Predicate("wave both", ("a person waves both hands",), arms.waves_both, 4.0, r"waves? (with )?both hands"),
    *(Predicate(f"punch {side}", (f"a person punches with the {side} hand", f"someone throws a {side} punch"), arms.punches(k), 3.0,
                rf"punch(es)?.* {side}\b|{side} (jab|punch)") for k, side in enumerate(SIDE)),
    Predicate("box", ("a person boxes, punching with both fists",), arms.punches_both, 4.0, r"\bbox(ing|es)?\b"),
    Predicate("clap", ("a person claps their hands",), arms.claps, 3.0, r"\bclap"),
    Predicate("throw", ("a person throws a ball",), arms.throws, 3.0, r"\bthrow"),
    *(Predicate(f"touch head {side}", (f"a person touches their head with the {side} hand",), arms.touches_head(k), 3.0,
                rf"(touch|hold|put).*{side} hand (to|on) (the |their )?head") for k, side in enumerate(SIDE)),
    Predicate("hands on head", ("a person puts both hands on the head",), arms.hands_to_head, 3.0, r"(both )?hands (on|behind) .*head"),
    Predicate("drink", ("a person drinks from a cup",), arms.drinks, 4.0, r"\bdrink"),
    Predicate("hands on hips", ("a person puts their hands on their hips",), arms.hands_on_hips, 3.0, r"hands on (their |the )?hips"),
    Predicate("T pose", ("a person stretches both arms out to the sides",), arms.spreads_arms, 3.0,
              r"t-?pose|arms out(stretched)? (to|at) (the|his|their) sides?|outstretched arms"),
    Predicate("arms forward", ("a person stretches both arms straight forward",), arms.arms_forward, 3.0, r"arms forward|zombie"),
    Predicate("cross arms", ("a person crosses their arms",), arms.crosses_arms, 3.0, r"cross(es)? (their|his|the)? ?arms"),
    Predicate("circle arms", ("a person rotates both arms in big circles",), arms.circles_arms, 4.0, r"rotates? (both )?arms|arm circles"),
    *(Predicate(f"reach up {side}", (f"a person reaches high up with the {side} hand",),
                all_of(arms.reaches_up(k), arms.lowered(1 - k)), 3.0,
                rf"(reach|grab)\w* (high|up).*{side}") for k, side in enumerate(SIDE)),
    Predicate("pick up", ("a person picks something up from the floor",), arms.picks_up, 4.0, r"pick(s)? ?up|from the floor|deposits? .*floor"),
)  # fmt: skip

BODY = (
    *(Predicate(f"kick {side}", (f"a person kicks with the {side} leg", f"someone kicks forward with their {side} foot"), body.kicks(k), 3.0,
                rf"kick.* {side} (leg|foot)|{side}.* kick") for k, side in enumerate(SIDE)),
    *(Predicate(f"stand on {side}", (f"a person stands on the {side} leg",), body.stands_on_one_leg(k), 4.0,
                rf"(balance|stand)s? on .*{side} (leg|foot)") for k, side in enumerate(SIDE)),
    *(Predicate(f"lift {side} knee", (f"a person lifts the {side} knee",),
                all_of(body.lifts_knee(k), none_of(body.lifts_knee(1 - k))), 3.0,
                rf"lifts? .*{side} knee") for k, side in enumerate(SIDE)),
    Predicate("squat", ("a person squats down and stands up", "someone does a squat"), body.squats, 3.0, r"\bsquat"),
    Predicate("crouch", ("a person crouches down and stays low",), body.crouches, 4.0, r"\bcrouch"),
    Predicate("kneel", ("a person kneels down", "someone goes down on one knee"), body.kneels, 4.0, r"\bkneel"),
    Predicate("sit", ("a person sits down", "someone is sitting on a chair"), body.sits, 4.0, r"\b(sit|sits|sitting)\b"),
    Predicate("lie down", ("a person lies down on the floor",), body.lies, 5.0, r"\b(lie|lies|lay|lying)\b"),
    Predicate("crawl", ("a person crawls on hands and knees",), body.crawls, 5.0, r"\bcrawl"),
    Predicate("lunge", ("a person lunges forward",), body.lunges, 3.0, r"\blunge"),
    Predicate("bow", ("a person bows", "someone takes a bow"), body.bows, 4.0, r"\bbows?\b|bends? (down|forward)"),
    Predicate("lean left", ("a person leans to the left",), body.leans(1), 3.0, r"leans? (to the |towards )?left"),
    Predicate("lean right", ("a person leans to the right",), body.leans(-1), 3.0, r"leans? (to the |towards )?right"),
    Predicate("twist", ("a person twists the upper body from side to side",), body.twists, 4.0, r"twists?\b.*(torso|side)|side twists"),
    Predicate("look left", ("a person looks to the left",), body.looks(1), 3.0, r"^(a person )?looks? (to the )?left$"),
    Predicate("look right", ("a person looks to the right",), body.looks(-1), 3.0, r"^(a person )?looks? (to the )?right$"),
    Predicate("look up", ("a person looks up",), body.looks_up, 3.0, r"looks? up"),
    Predicate("look down", ("a person looks down at the floor",), body.looks_down, 3.0, r"looks? down|head down"),
    Predicate("shake head", ("a person shakes their head",), body.shakes_head, 3.0, r"shakes? .*head"),
    Predicate("nod", ("a person nods",), body.nods, 3.0, r"\bnod"),
    Predicate("jumping jacks", ("a person does jumping jacks",),
              all_of(arms.raises_both, travel.stays(0.6), any_of(travel.jumps(2, 0.03), body.feet_apart_repeatedly)), 4.0, r"jumping ?jacks"),
)  # fmt: skip

COMBINED = (
    *(Predicate(f"walk, wave {side}", (f"a person walks forward while waving the {side} hand",),
                all_of(travel.travels(1), arms.waves(k)), 5.0) for k, side in enumerate(SIDE)),
    *(Predicate(f"kneel, raise {side}", (f"a person raises the {side} hand while kneeling",),
                meanwhile(body.kneels, arms.raises(k)), 4.0) for k, side in enumerate(SIDE)),
    Predicate("walk, raise both", ("a person walks forward with both hands raised",), all_of(travel.travels(1), arms.raises_both), 4.0),
    Predicate("walk then sit", ("a person walks forward and then sits down",), then(travel.travels(1, 0, 0.5), body.sits), 6.0),
    Predicate("turn then wave", ("a person turns around and then waves",),
              then(travel.turns_around, any_of(arms.waving(L), arms.waving(R))), 6.0),
    Predicate("walk then jump", ("a person walks forward and then jumps",), then(travel.travels(1, 0, 0.5), travel.jumps()), 5.0),
    Predicate("run then stop", ("a person runs forward and then stops",), then(travel.runs_forward, travel.still), 5.0),
    Predicate("bow then wave", ("a person bows and then waves",), then(body.bows, any_of(arms.waving(L), arms.waving(R))), 6.0),
    Predicate("squat, arms forward", ("a person squats with both arms stretched forward",), meanwhile(body.squats, arms.arms_forward), 4.0),
    Predicate("left then right hand", ("a person raises the left hand and then the right hand",),
              then(arms.raises(L), arms.raises(R)), 5.0),
    Predicate("kick left, then right", ("a person kicks with the left leg and then with the right leg",),
              then(body.kicks(L), body.kicks(R)), 5.0),
)  # fmt: skip

SUITE: tuple[Predicate, ...] = (*TRAVEL, *ARMS, *BODY, *COMBINED)
"""All of them; names differ."""
