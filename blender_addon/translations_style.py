"""The Style panel's words in other languages; translations.py takes them in."""

from __future__ import annotations

GERMAN_STYLE = {
    # panels, buttons
    "Style": "Stil",
    "Save and Share": "Sichern und weitergeben",
    "Use as Style Reference": "Als Stilvorlage verwenden",
    "Check Reference": "Vorlage prüfen",
    "Clear Reference": "Vorlage leeren",
    "Refresh Styles": "Stile neu abfragen",
    "Stylize Selected Action": "Gewählte Aktion stilisieren",
    "Save Style": "Stil sichern",
    "Remove Style": "Stil entfernen",
    "Kinema Style Reference": "Kinema-Stilvorlage",
    "Drop a motion file onto the viewport": "Eine Bewegungsdatei auf die Ansicht ziehen",
    "Select a character with an action": "Eine Figur mit einer Aktion wählen",
    "It is examined when the backend runs": "Wird geprüft, sobald das Backend läuft",
    "s long, a style can be taken from it": "s lang, ein Stil kann daraus genommen werden",
    # choices
    "As It Is": "Wie sie ist",
    "From the List": "Aus der Liste",
    "Like a Clip": "Wie ein Clip",
    "By Surprise": "Überraschung",
    "From the Prompt": "Aus dem Prompt",
    "No Second Style": "Kein zweiter Stil",
    "The motion as the prompt or the action has it": "Die Bewegung, wie Prompt oder Aktion sie haben",
    "A style by its name": "Ein Stil nach seinem Namen",
    "The style of another motion: an action in this file, or a file": (
        "Der Stil einer anderen Bewegung: eine Aktion dieser Datei oder eine Datei"
    ),
    "A style between two of the list's, another for each seed": (
        "Ein Stil zwischen zweien der Liste, für jeden Startwert ein anderer"
    ),
    "What the prompt says: an exhausted man runs": "Was der Prompt sagt: an exhausted man runs",
    "The first style alone": "Nur der erste Stil",
    "A second style between two of the list's": "Ein zweiter Stil zwischen zweien der Liste",
    "Style the head": "Den Kopf stilisieren",
    "Style the torso": "Den Rumpf stilisieren",
    "Style the left arm": "Den linken Arm stilisieren",
    "Style the right arm": "Den rechten Arm stilisieren",
    "Style the left leg; both legs together change the way over the ground": (
        "Das linke Bein stilisieren; beide Beine zusammen ändern den Weg über den Boden"
    ),
    "Style the right leg; both legs together change the way over the ground": (
        "Das rechte Bein stilisieren; beide Beine zusammen ändern den Weg über den Boden"
    ),
    # settings
    "Style Name": "Stilname",
    "Strength": "Stärke",
    "Style Seed": "Stil-Startwert",
    "New Style Seed": "Neuer Stil-Startwert",
    "Mix Name": "Name der Mischung",
    "Mix With": "Mischen mit",
    "Share": "Anteil",
    "Styled Parts": "Stilisierte Teile",
    "File": "Datei",
    "Filter": "Filter",
    "Reference": "Vorlage",
    "Unusable": "Unbrauchbar",
    "Name": "Name",
    "Title": "Titel",
    "Licence": "Lizenz",
    "Source": "Quelle",
    "Where the style of the next motion comes from": "Woher der Stil der nächsten Bewegung kommt",
    "The chosen style": "Der gewählte Stil",
    "The style that the motion takes": "Der Stil, den die Bewegung annimmt",
    "0 changes nothing, 1 is the style, more is a caricature": (
        "0 ändert nichts, 1 ist der Stil, mehr ist eine Karikatur"
    ),
    "Other takes of the style; 0 is the typical one": "Andere Fassungen des Stils; 0 ist die typische",
    "Each request takes another style seed": "Jede Anfrage nimmt einen anderen Stil-Startwert",
    "The chosen second style": "Der gewählte zweite Stil",
    "A second style that is mixed in": "Ein zweiter Stil, der beigemischt wird",
    "How much of the second style": "Wie viel vom zweiten Stil",
    "Body parts that take the style; the others stay. Hold Shift to choose several": (
        "Körperteile, die den Stil annehmen; die anderen bleiben. Mit Umschalt mehrere wählen"
    ),
    "An action in this file whose style the motion takes; 1 second or more": (
        "Eine Aktion dieser Datei, deren Stil die Bewegung annimmt; ab 1 Sekunde"
    ),
    "A BVH, AMASS .npz, FBX or glTF file whose style the motion takes; drop one on the viewport": (
        "Eine BVH-, AMASS-.npz-, FBX- oder glTF-Datei, deren Stil die Bewegung annimmt; auf die Ansicht ziehen"
    ),
    "What was found out about the reference": "Was über die Vorlage herausgefunden wurde",
    "No style can be taken from the reference": "Aus der Vorlage kann kein Stil genommen werden",
    "The name under which the reference's style is kept": "Der Name, unter dem der Stil der Vorlage behalten wird",
    "What the style looks like, in plain words": "Wie der Stil aussieht, in einfachen Worten",
    "Under which licence the clip is, such as CC0-1.0": "Unter welcher Lizenz der Clip steht, etwa CC0-1.0",
    "Whose clip it is and where it comes from": "Wessen Clip es ist und woher er kommt",
    "The motion file": "Die Bewegungsdatei",
    "Suffixes of the files that are shown": "Endungen der Dateien, die gezeigt werden",
    # tooltips of buttons
    "Take the style of a BVH, AMASS .npz, FBX or glTF file; dropping it on the viewport does the same": (
        "Den Stil einer BVH-, AMASS-.npz-, FBX- oder glTF-Datei nehmen; auf die Ansicht ziehen tut dasselbe"
    ),
    "Find out whether a style can be taken from the reference": (
        "Herausfinden, ob aus der Vorlage ein Stil genommen werden kann"
    ),
    "Empty the reference slot": "Den Platz der Vorlage leeren",
    "Ask the backend which styles there are": "Das Backend fragen, welche Stile es gibt",
    "Put the active character's action in this style, as a take to review; the action itself stays": (
        "Die Aktion der aktiven Figur in diesen Stil setzen, als Take zur Sichtung; die Aktion selbst bleibt"
    ),
    "Keep the reference's style under this name, in one small file with its licence and source": (
        "Den Stil der Vorlage unter diesem Namen behalten, in einer kleinen Datei mit Lizenz und Quelle"
    ),
    "Delete the chosen style's file; only styles that were saved can be removed": (
        "Die Datei des gewählten Stils löschen; nur gesicherte Stile lassen sich entfernen"
    ),
    "The model pack has no styles; choose another one under Backend": (
        "Das Modellpaket hat keine Stile; unter Backend ein anderes wählen"
    ),
}
