"""German for the panels Edit, Prompt Strips and Search Actions; translations.py holds the rest."""

from __future__ import annotations

GERMAN = {
    "Edit": "Bearbeiten",
    "Change": "Ändern",
    "Reading the action ...": "Aktion wird gelesen ...",
    "Stop Reading": "Lesen abbrechen",
    "Read no more of the action; nothing comes of the button that was pressed": (
        "Die Aktion nicht weiter lesen; der gedrückte Knopf bewirkt nichts"
    ),
    "Fill": "Füllen",
    "Follow Path": "Pfad folgen",
    "Transform": "Umformen",
    "Mirror": "Spiegeln",
    "Retime": "Tempo ändern",
    "Mix": "Mischen",
    "Mix With": "Mischen mit",
    "In Between": "Dazwischen",
    "Path and Goals": "Pfad und Ziele",
    "Whole Motion": "Ganze Bewegung",
    "Prompt Strips": "Prompt-Streifen",
    "Along the Path": "Den Pfad entlang",
    "The motion of all strips goes along the curve or the waypoints of the panel Path and Goals": (
        "Die Bewegung aller Streifen folgt der Kurve oder den Wegpunkten aus Pfad und Ziele"
    ),
    "Search Actions": "Aktionen suchen",
    "Search": "Suchen",
    "Generate Timeline": "Zeitleiste erzeugen",
    "Change Strips": "Streifen ändern",
    "Change List": "Liste ändern",
    "Use Action": "Aktion verwenden",
    "Current Action": "Aktuelle Aktion",
    "Selected Take": "Gewählter Take",
    "Preview Range": "Vorschaubereich",
    "Selected Keys": "Gewählte Keyframes",
    "Frames": "Bilder",
    "Markers": "Markierungen",
    "Keep": "Behalten",
    "Span": "Bereich",
    "First": "Erstes",
    "Last": "Letztes",
    "Path": "Pfad",
    "Curve": "Kurve",
    "Curve's Own Time": "Zeit der Kurve",
    "Even": "Gleichmäßig",
    "Speed": "Tempo",
    "Heading": "Richtung",
    "Makes": "Ergibt",
    "New Motion": "Neue Bewegung",
    "This Motion": "Diese Bewegung",
    "Waypoint": "Wegpunkt",
    "Waypoints": "Wegpunkte",
    "Goal": "Ziel",
    "Goals": "Ziele",
    "Joint": "Gelenk",
    "Pelvis": "Becken",
    "Left Wrist": "Linkes Handgelenk",
    "Right Wrist": "Rechtes Handgelenk",
    "Left Ankle": "Linker Knöchel",
    "Right Ankle": "Rechter Knöchel",
    "Strip": "Streifen",
    "Strips": "Streifen",
    "End": "Ende",
    "Strength": "Stärke",
    "Share": "Anteil",
    "Style": "Stil",
    "Name of a style such as elderly, where the strip is to have one": (
        "Name eines Stils wie elderly, wenn der Streifen einen haben soll"
    ),
    "at most": "höchstens",
    "left out": "ausgelassen",
    "Seams": "Nähte",
    "of the motion's own jumps": "der eigenen Sprünge der Bewegung",
    "In all": "Zusammen",
    "What the character does": "Was die Figur tut",
    "Nothing was found yet": "Noch nichts gefunden",
    "Select a character with an action": "Eine Figur mit einer Aktion wählen",
    "Select a take in the review first": "Zuerst einen Take in der Sichtung wählen",
    "Select a character that has an action": "Eine Figur wählen, die eine Aktion hat",
    "A changed action stays where it is": "Eine geänderte Aktion bleibt, wo sie ist",
    "Add a strip first": "Zuerst einen Streifen hinzufügen",
    "The file has no action": "Die Datei hat keine Aktion",
    "Describe what the character does first": "Zuerst beschreiben, was die Figur tut",
    "Give the character an action first": "Zuerst der Figur eine Aktion geben",
    "The action was not made by Kinema; there is no motion in it to put on again": (
        "Die Aktion ist nicht von Kinema; in ihr ist keine Bewegung, die neu aufgetragen werden kann"
    ),
    "Allow online access in Preferences > System, or choose a wheel folder": (
        "Den Online-Zugriff in Einstellungen > System erlauben oder einen Wheel-Ordner wählen"
    ),
    "No action of this file can be read as a motion of the character": (
        "Keine Aktion dieser Datei lässt sich als Bewegung der Figur lesen"
    ),
    # tooltips of buttons
    "Make the span and the body parts anew as the prompt says, and keep all else. The keys that are kept stay as they "
    "are, bit for bit": (
        "Den Bereich und die Körperteile nach dem Prompt neu erzeugen und alles andere behalten. Behaltene Keyframes "
        "bleiben Bit für Bit, wie sie sind"
    ),
    "Keep the selected poses and make everything between them": (
        "Die gewählten Posen behalten und alles dazwischen erzeugen"
    ),
    "Lead the character along the path, and its hands or feet to the goals": (
        "Die Figur den Pfad entlang führen und Hände oder Füße zu den Zielen"
    ),
    "Mirror, retime, loop, or take the way over the ground out": (
        "Spiegeln, Tempo ändern, zur Schleife schließen oder den Weg über den Boden herausnehmen"
    ),
    "Left becomes right": "Links wird rechts",
    "Faster or slower by the speed beside it; standing feet stay where they are": (
        "Schneller oder langsamer um das Tempo daneben; stehende Füße bleiben, wo sie sind"
    ),
    "Cut out the cycle that repeats best and close its seam; the curves repeat after Accept": (
        "Den Zyklus ausschneiden, der sich am besten wiederholt, und seine Naht schließen; nach dem Annehmen "
        "wiederholen sich die Kurven"
    ),
    "Take the way over the ground out, as games want it": "Den Weg über den Boden herausnehmen, wie Spiele es wollen",
    "Make takes near this motion, as far from it as the strength says": (
        "Takes nahe dieser Bewegung erzeugen, so weit von ihr entfernt, wie die Stärke sagt"
    ),
    "Make a motion between this one and a second one": "Eine Bewegung zwischen dieser und einer zweiten erzeugen",
    "Add a row, or take the chosen one away": "Eine Zeile hinzufügen oder die gewählte wegnehmen",
    "Add, remove, move or duplicate a prompt strip": (
        "Einen Prompt-Streifen hinzufügen, wegnehmen, verschieben oder verdoppeln"
    ),
    "A strip after the chosen one, as long as it": "Ein Streifen nach dem gewählten, so lang wie er",
    "Take the chosen strip away": "Den gewählten Streifen wegnehmen",
    "The chosen strip before the one above, in the list and in time": (
        "Den gewählten Streifen vor den darüber, in der Liste und in der Zeit"
    ),
    "The chosen strip after the one below, in the list and in time": (
        "Den gewählten Streifen nach den darunter, in der Liste und in der Zeit"
    ),
    "The chosen strip once more, right after it in time": "Den gewählten Streifen noch einmal, zeitlich gleich danach",
    "Make one continuous motion of all strips, of any length; strips of single body parts may overlap": (
        "Aus allen Streifen eine durchgehende Bewegung beliebiger Länge erzeugen; Streifen einzelner Körperteile "
        "dürfen sich überlappen"
    ),
    "Rank the file's actions by how well they fit the sentence": (
        "Die Aktionen der Datei danach ordnen, wie gut sie zum Satz passen"
    ),
    "Give the action to the character; the one that it had stays in the file": (
        "Die Aktion der Figur geben; die bisherige bleibt in der Datei"
    ),
    # tooltips of settings
    "2 is twice as fast; steps keep their contacts": "2 ist doppelt so schnell; Schritte behalten ihre Kontakte",
    "A curve object, from its beginning to its end": "Ein Kurvenobjekt, vom Anfang bis zum Ende",
    "A motion made for the path, beginning at the current frame": (
        "Eine Bewegung eigens für den Pfad, ab dem aktuellen Bild"
    ),
    "A sentence; the file's actions are ranked by how well they fit it": (
        "Ein Satz; die Aktionen der Datei werden danach geordnet, wie gut sie zu ihm passen"
    ),
    "Another action of this file": "Eine andere Aktion dieser Datei",
    "Another take of the review": "Ein anderer Take der Sichtung",
    "First frame that may change": "Erstes Bild, das sich ändern darf",
    "Last frame that may change": "Letztes Bild, das sich ändern darf",
    "Frame on which the strip begins": "Bild, in dem der Streifen beginnt",
    "Frame on which the strip ends": "Bild, in dem der Streifen endet",
    "From one end of the curve to the other": "Von einem Ende der Kurve zum anderen",
    "From the first to the last key that is selected in the dope sheet": (
        "Vom ersten bis zum letzten im Dope Sheet gewählten Keyframe"
    ),
    "How far the variation goes from the motion; 0 is the motion itself": (
        "Wie weit die Variation von der Bewegung abweicht; 0 ist die Bewegung selbst"
    ),
    "How fast the curve is followed": "Wie schnell der Kurve gefolgt wird",
    "How much of the second motion": "Wie viel von der zweiten Bewegung",
    "Number of the second take in the review": "Nummer des zweiten Takes in der Sichtung",
    "Objects such as empties, each reached at a frame": "Objekte wie Empties, jedes in einem Bild erreicht",
    "Objects to pass": "Objekte, an denen der Weg vorbeiführt",
    "Prompts along the timeline": "Prompts entlang der Zeitleiste",
    "The character faces what the object's front (-Y) faces": (
        "Die Figur blickt, wohin die Front (-Y) des Objekts blickt"
    ),
    "The character is here": "Hier ist die Figur",
    "The character's action, whoever made it": "Die Aktion der Figur, wer immer sie gemacht hat",
    "The chosen goal": "Das gewählte Ziel",
    "The chosen strip": "Der gewählte Streifen",
    "The chosen waypoint": "Der gewählte Wegpunkt",
    "The curve is followed at an even speed, in the seconds given": (
        "Der Kurve wird gleichmäßig gefolgt, in den angegebenen Sekunden"
    ),
    "The curve to follow": "Die Kurve, der gefolgt wird",
    "The frames given here": "Die hier angegebenen Bilder",
    "The head takes part": "Der Kopf nimmt teil",
    "The torso takes part": "Der Rumpf nimmt teil",
    "The left arm takes part": "Der linke Arm nimmt teil",
    "The right arm takes part": "Der rechte Arm nimmt teil",
    "The left leg takes part; the way over the ground does with both legs": (
        "Das linke Bein nimmt teil; der Weg über den Boden mit beiden Beinen"
    ),
    "The right leg takes part; the way over the ground does with both legs": (
        "Das rechte Bein nimmt teil; der Weg über den Boden mit beiden Beinen"
    ),
    "The head reaches the object": "Der Kopf erreicht das Objekt",
    "The pelvis reaches the object": "Das Becken erreicht das Objekt",
    "The left wrist reaches the object": "Das linke Handgelenk erreicht das Objekt",
    "The right wrist reaches the object": "Das rechte Handgelenk erreicht das Objekt",
    "The left ankle reaches the object": "Der linke Knöchel erreicht das Objekt",
    "The right ankle reaches the object": "Der rechte Knöchel erreicht das Objekt",
    "The motion chosen above, led along the path": "Die oben gewählte Bewegung, den Pfad entlang geführt",
    "The poses on frames with a selected marker, else with any marker": (
        "Die Posen auf Bildern mit gewählter Markierung, sonst mit irgendeiner"
    ),
    "The poses on frames with keys that are selected in the dope sheet": (
        "Die Posen auf Bildern mit Keyframes, die im Dope Sheet gewählt sind"
    ),
    "The second motion": "Die zweite Bewegung",
    "The take that is selected in the review, before it is accepted": (
        "Der in der Sichtung gewählte Take, bevor er angenommen ist"
    ),
    "The timeline's preview range, else the whole action": "Der Vorschaubereich der Zeitleiste, sonst die ganze Aktion",
    "What follows the path": "Was dem Pfad folgt",
    "What hands, feet or head reach": "Was Hände, Füße oder Kopf erreichen",
    "What is reached": "Was erreicht wird",
    "What the character does in this strip, in English": "Was die Figur in diesem Streifen tut, auf Englisch",
    "What the character follows": "Wem die Figur folgt",
    "What the character shall do in what is changed, in English; may be empty": (
        "Was die Figur im Geänderten tun soll, auf Englisch; darf leer sein"
    ),
    "When it is reached": "Wann es erreicht wird",
    "When the character is at the object": "Wann die Figur beim Objekt ist",
    "Where the curve's Evaluation Time is on each frame, as for Follow Path": (
        "Wo die Auswertungszeit der Kurve in jedem Bild ist, wie bei Pfad folgen"
    ),
    "Which frames may change": "Welche Bilder sich ändern dürfen",
    "Which motion is changed": "Welche Bewegung geändert wird",
    "Which part of the body reaches the object": "Welcher Körperteil das Objekt erreicht",
    "Which poses are kept; all between is made": "Welche Posen bleiben; alles dazwischen wird erzeugt",
}
