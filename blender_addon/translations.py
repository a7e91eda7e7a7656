"""The add-on's words in other languages. A language is one dict, text -> text, and one line in TABLE."""

from __future__ import annotations

from . import translations_edit
from .translations_style import GERMAN_STYLE

GERMAN = {
    # panels, menus, buttons
    "Generate": "Erzeugen",
    "Body Parts": "Körperteile",
    "Timeline": "Zeitleiste",
    "Takes": "Takes",
    "What Was Understood": "Was verstanden wurde",
    "Origin of the Action": "Herkunft der Aktion",
    "Backend": "Backend",
    "Prompts": "Prompts",
    "History": "Verlauf",
    "Favourites": "Favoriten",
    "Examples": "Beispiele",
    "Generate Motion": "Bewegung erzeugen",
    "Save as Job": "Als Auftrag sichern",
    "Add what Generate and Accept would do now to a job file; "
    "blender -b --command kinema batch FILE --out FOLDER does it later, here or on a farm": (
        "Was Erzeugen und Annehmen jetzt täten, an eine Auftragsdatei anhängen; "
        "blender -b --command kinema batch DATEI --out ORDNER tut es später, hier oder auf einer Renderfarm"
    ),
    "Job File": "Auftragsdatei",
    "Where the line is added": "Wo die Zeile angehängt wird",
    "Shown Files": "Gezeigte Dateien",
    "Only job files are shown": "Nur Auftragsdateien werden gezeigt",
    "Outputs": "Ausgaben",
    "What the batch makes of it": "Was daraus gemacht wird",
    "Blender File": "Blender-Datei",
    "The file with the new action in it": "Die Datei mit der neuen Aktion darin",
    "Video": "Video",
    "A video through the scene's camera, or on a stage where there is none": (
        "Ein Video durch die Kamera der Szene, oder auf einer Bühne, wo keine ist"
    ),
    "Pictures": "Bilder",
    "A folder of numbered pictures": "Ein Ordner nummerierter Bilder",
    "FBX": "FBX",
    "glTF": "glTF",
    "The character with its action": "Die Figur mit ihrer Aktion",
    "AMASS": "AMASS",
    "The motion alone, as researchers exchange it": "Die Bewegung allein, wie Forschende sie tauschen",
    "BVH": "BVH",
    "The motion alone, on SMPL's skeleton": "Die Bewegung allein, auf dem Skelett von SMPL",
    "Regenerate": "Erneut erzeugen",
    "Regenerate Exactly": "Genau so erneut",
    "Vary": "Variieren",
    "Cancel": "Abbrechen",
    "Restart": "Neu starten",
    "Select Take": "Take wählen",
    "Play": "Abspielen",
    "Stop": "Anhalten",
    "Compare": "Vergleichen",
    "Accept": "Annehmen",
    "Reject": "Verwerfen",
    "Finish Review": "Sichtung beenden",
    "A New One": "Eine neue",
    "Writing keys ...": "Keys werden geschrieben ...",
    "Stop Writing": "Schreiben abbrechen",
    "Write no more keys; the file is as it was before Accept was pressed": (
        "Keine weiteren Keys schreiben; die Datei ist, wie sie vor Annehmen war"
    ),
    "Start Here": "Hier beginnen",
    "Review Earlier Results": "Frühere Ergebnisse sichten",
    "Use Prompt": "Prompt verwenden",
    "Random Prompt": "Zufälliger Prompt",
    "Favourite": "Favorit",
    "Clear History": "Verlauf leeren",
    "Show Body Parts": "Körperteile zeigen",
    "Clear Body Parts": "Körperteile leeren",
    "Edit Again": "Erneut bearbeiten",
    "Copy as JSON": "Als JSON kopieren",
    "Install Backend": "Backend installieren",
    "Cancel Installation": "Installation abbrechen",
    "Doctor": "Doktor",
    "Copy Log": "Protokoll kopieren",
    "Stop Backend": "Backend beenden",
    "Empty Cache": "Zwischenspeicher leeren",
    "Manual": "Handbuch",
    "Open Preferences": "Einstellungen öffnen",
    "Ready": "Bereit",
    "Frame": "Bild",
    "Installed": "Installiert",
    "Not installed yet": "Noch nicht installiert",
    "Taken from the next Generate on": "Gilt ab dem nächsten Erzeugen",
    "Not running; starts with Generate": "Läuft nicht; beginnt mit Erzeugen",
    "Running, process": "Läuft, Prozess",
    "answers kept": "Antworten behalten",
    "from the cache": "aus dem Zwischenspeicher",
    "frames a second, as the scene plays": "Bilder je Sekunde, wie die Szene spielt",
    "The prompt has changed since; these texts are not used": (
        "Der Prompt hat sich seither geändert; diese Texte werden nicht verwendet"
    ),
    "No Object": "Kein Objekt",
    "No prompt was used yet": "Noch kein Prompt verwendet",
    "Press the star beside a prompt to keep it": "Der Stern neben einem Prompt behält ihn",
    "The doctor examines the backend": "Der Doktor untersucht das Backend",
    "Empty for the environment installed below": "Leer für die unten installierte Umgebung",
    "Blender's online access is off: the language model is not asked": (
        "Blenders Online-Zugriff ist aus: das Sprachmodell wird nicht gefragt"
    ),
    "Other weights than the action's made this: it is not the same motion": (
        "Andere Gewichte als die der Aktion haben dies gemacht: es ist nicht dieselbe Bewegung"
    ),
    "Commercial use is allowed": "Kommerzielle Nutzung ist erlaubt",
    "Not for commercial use": "Nicht für kommerzielle Nutzung",
    "Commercial use: unknown": "Kommerzielle Nutzung: unbekannt",
    "Cancelled": "Abgebrochen",
    "The motion is ready: leave Edit Mode to place it": (
        "Die Bewegung ist fertig: zum Einsetzen den Bearbeitungsmodus verlassen"
    ),
    "Leave Edit Mode first": "Zuerst den Bearbeitungsmodus verlassen",
    # tooltips of buttons
    "Make a motion from the prompt; Blender stays usable meanwhile. While one is made, others queue up": (
        "Macht aus dem Prompt eine Bewegung; Blender bleibt dabei benutzbar. Währenddessen reihen sich weitere ein"
    ),
    "Ask for a prompt under the mouse and make a motion from it": (
        "Fragt unter der Maus nach einem Prompt und macht daraus eine Bewegung"
    ),
    "Make the active character's action again from what is noted in it: the same motion": (
        "Macht die Aktion der aktiven Figur aus dem, was in ihr vermerkt ist, noch einmal: dieselbe Bewegung"
    ),
    "The same request with another seed: another motion of its kind": (
        "Dieselbe Anfrage mit anderem Startwert: eine andere Bewegung dieser Art"
    ),
    "The same request with another seed: another motion of the same kind": (
        "Dieselbe Anfrage mit anderem Startwert: eine andere Bewegung derselben Art"
    ),
    "Stop the computation before its next step; nothing in the file changes": (
        "Hält die Berechnung vor dem nächsten Schritt an; in der Datei ändert sich nichts"
    ),
    "Start the backend again with the request that failed; what waits goes on after it": (
        "Startet das Backend neu mit der Anfrage, die scheiterte; danach geht es mit den wartenden weiter"
    ),
    "Show this take in the viewport": "Zeigt diesen Take in der Ansicht",
    "Play the takes over the viewport, again and again; the scene's own frame stays": (
        "Spielt die Takes über der Ansicht immer wieder ab; das Bild der Szene bleibt"
    ),
    "Show all takes side by side": "Zeigt alle Takes nebeneinander",
    "Write this take's keys; one undo step. Undone, it can be accepted again": (
        "Schreibt die Keys dieses Takes; ein Schritt Rückgängig. Danach kann er wieder angenommen werden"
    ),
    "Delete this take for good; the file stays as it is": (
        "Diesen Take endgültig löschen; die Datei bleibt, wie sie ist"
    ),
    "Delete the takes that are listed and close the review; what was accepted stays in the file": (
        "Die aufgeführten Takes löschen und die Sichtung schließen; was angenommen wurde, bleibt in der Datei"
    ),
    "Let the takes begin at the current frame, and where the character stands now": (
        "Lässt die Takes beim aktuellen Bild beginnen und wo die Figur jetzt steht"
    ),
    "Bring back the results that were finished and never accepted or rejected": (
        "Holt fertige Ergebnisse zurück, die nie angenommen oder verworfen wurden"
    ),
    "Put this prompt into the panel": "Setzt diesen Prompt in das Feld",
    "Put a sentence of chance into the panel, made of words that Kinema understands": (
        "Setzt einen zufälligen Satz aus Wörtern, die Kinema versteht, in das Feld"
    ),
    "Keep the panel's prompt among the favourites, or take it out": (
        "Nimmt den Prompt in die Favoriten auf oder aus ihnen heraus"
    ),
    "Forget the prompts that were used; favourites stay": "Vergisst die verwendeten Prompts; Favoriten bleiben",
    "Describe what each body part does for this prompt; the texts can be edited before Generate": (
        "Beschreibt, was jeder Körperteil bei diesem Prompt tut; die Texte lassen sich vor dem Erzeugen ändern"
    ),
    "Forget the edited texts; the refiner describes the parts again": (
        "Vergisst die geänderten Texte; der Verfeinerer beschreibt die Teile wieder selbst"
    ),
    "Put prompt, body parts, seed, length and style of the active character's action into the panel": (
        "Setzt Prompt, Körperteile, Startwert und Länge der Aktion der aktiven Figur in das Feld"
    ),
    "Copy what made the active character's action to the clipboard": (
        "Kopiert in die Zwischenablage, woraus die Aktion der aktiven Figur entstand"
    ),
    "Make a Python environment of its own for the backend, with torch; says sizes and asks first": (
        "Macht eine eigene Python-Umgebung für das Backend, mit torch; nennt Größen und fragt vorher"
    ),
    "Stop the installation; started again it goes on where it stopped": (
        "Hält die Installation an; neu gestartet geht sie dort weiter"
    ),
    "Examine the backend: versions, devices, weights, a short trial; the report can be copied": (
        "Untersucht das Backend: Versionen, Geräte, Gewichte, ein kurzer Versuch; der Bericht ist kopierbar"
    ),
    "Copy the log to the clipboard": "Kopiert das Protokoll in die Zwischenablage",
    "End the backend process and free its memory; the next Generate starts it again": (
        "Beendet den Prozess und gibt seinen Speicher frei; das nächste Erzeugen startet ihn wieder"
    ),
    "Delete the answers that the backend keeps; takes under review stay": (
        "Löscht die Antworten, die das Backend behält; Takes in Sichtung bleiben"
    ),
    "Open Kinema's manual in the browser; it lies on this computer": (
        "Öffnet das Handbuch im Browser; es liegt auf diesem Rechner"
    ),
    # properties
    "Prompt": "Prompt",
    "What the character does, in English": "Was die Figur tut, auf Englisch",
    "What the character does, in English: a person walks forward and waves with the right hand": (
        "Was die Figur tut, auf Englisch: a person walks forward and waves with the right hand"
    ),
    "Seconds": "Sekunden",
    "Length of the motion": "Länge der Bewegung",
    "Seed": "Startwert",
    "The same prompt with the same seed is the same motion": (
        "Derselbe Prompt mit demselben Startwert ist dieselbe Bewegung"
    ),
    "New Seed": "Neuer Startwert",
    "Each Generate takes another seed; off to repeat the same motion": (
        "Jedes Erzeugen nimmt einen anderen Startwert; aus, um dieselbe Bewegung zu wiederholen"
    ),
    "Variants to choose from: seed, seed + 1 and so on": (
        "Varianten zur Auswahl: Startwert, Startwert + 1 und so weiter"
    ),
    "Refiner": "Verfeinerer",
    "How the prompt becomes body-part descriptions": "Wie aus dem Prompt Beschreibungen der Körperteile werden",
    "Lexicon": "Lexikon",
    "Kinema's own dictionary of movements; works offline and gives the same result each time": (
        "Kinemas eigenes Wörterbuch der Bewegungen; ohne Netz, jedes Mal dasselbe Ergebnis"
    ),
    "Language Model": "Sprachmodell",
    "The language model set in the preferences describes what each body part does": (
        "Das Sprachmodell aus den Einstellungen beschreibt, was jeder Körperteil tut"
    ),
    "None": "Keiner",
    "The prompt as it stands": "Der Prompt, wie er dasteht",
    "Character": "Figur",
    "The character that gets the motion; empty makes a new one": (
        "Die Figur, die die Bewegung bekommt; leer macht eine neue"
    ),
    "Start": "Beginn",
    "Where on the timeline the motion begins": "Wo auf der Zeitleiste die Bewegung beginnt",
    "Current Frame": "Aktuelles Bild",
    "The motion begins at the current frame": "Die Bewegung beginnt beim aktuellen Bild",
    "Scene Start": "Anfang der Szene",
    "The motion begins at the first frame of the scene, or of its preview range": (
        "Die Bewegung beginnt beim ersten Bild der Szene oder ihres Vorschaubereichs"
    ),
    "Length": "Länge",
    "How long the motion is": "Wie lang die Bewegung ist",
    "As many seconds as are set": "So viele Sekunden, wie eingestellt sind",
    "Between Markers": "Zwischen Markern",
    "From one selected marker to the other, else between those around the current frame": (
        "Von einem gewählten Marker zum anderen, sonst zwischen denen um das aktuelle Bild"
    ),
    "Scene Range": "Bereich der Szene",
    "All frames of the scene, or of its preview range": "Alle Bilder der Szene oder ihres Vorschaubereichs",
    "Begin": "Anschluss",
    "Where and how the character begins the motion": "Wo und wie die Figur die Bewegung beginnt",
    "Where It Stands": "Wo sie steht",
    "The motion goes on from the character's place and heading at its first frame": (
        "Die Bewegung geht von Ort und Richtung der Figur an ihrem ersten Bild weiter"
    ),
    "From Its Pose": "Aus ihrer Pose",
    "From the character's place, heading and pose, blended into the motion": (
        "Von Ort, Richtung und Pose der Figur, in die Bewegung übergeblendet"
    ),
    "At Its Origin": "An ihrem Ursprung",
    "The motion begins at the character's own origin, facing its front": (
        "Die Bewegung beginnt am Ursprung der Figur und blickt nach deren vorn"
    ),
    "Blend": "Überblendung",
    "Frames over which a pose or the strip before is blended into the motion": (
        "Bilder, über die eine Pose oder der Streifen davor in die Bewegung übergeht"
    ),
    "In Place": "Auf der Stelle",
    "The character stays above the point where it begins, as games want it": (
        "Die Figur bleibt über dem Punkt, an dem sie beginnt, wie Spiele es brauchen"
    ),
    "Loop": "Schleife",
    "Cut out the part that repeats best, close its seam, and let the curves repeat": (
        "Schneidet den Teil aus, der sich am besten wiederholt, schließt die Naht und lässt die Kurven wiederholen"
    ),
    "Interpolation": "Interpolation",
    "Between the keys": "Zwischen den Keys",
    "Linear": "Linear",
    "Straight from key to key": "Gerade von Key zu Key",
    "Bezier": "Bézier",
    "Smooth between keys, for slow motion": "Weich zwischen den Keys, für Zeitlupe",
    "Constant": "Konstant",
    "Each pose held until the next key": "Jede Pose bis zum nächsten Key gehalten",
    "Extend Range": "Bereich erweitern",
    "Let the scene's last frame grow so that the whole motion plays": (
        "Lässt das letzte Bild der Szene wachsen, damit die ganze Bewegung spielt"
    ),
    "Accept As": "Annehmen als",
    "What an accepted take becomes": "Was aus einem angenommenen Take wird",
    "Action": "Aktion",
    "The motion becomes the character's action; the one it had stays in the file": (
        "Die Bewegung wird die Aktion der Figur; die bisherige bleibt in der Datei"
    ),
    "Action, Push Down": "Aktion, bisherige ablegen",
    "The same, and the action that it had becomes an NLA strip": (
        "Dasselbe, und die bisherige Aktion wird ein NLA-Streifen"
    ),
    "Append Strip": "Streifen anhängen",
    "The motion becomes an NLA strip after the last one, blended in": (
        "Die Bewegung wird ein NLA-Streifen nach dem letzten, eingeblendet"
    ),
    "Keep Only": "Nur behalten",
    "The motion becomes an action in the file, on no character": (
        "Die Bewegung wird eine Aktion in der Datei, auf keiner Figur"
    ),
    "Accept at Once": "Sofort annehmen",
    "Place the first take as soon as it is there, without review": (
        "Setzt den ersten Take ein, sobald er da ist, ohne Sichtung"
    ),
    "Prompt of the Parts": "Prompt der Teile",
    "The prompt that the body-part descriptions were made for": (
        "Der Prompt, für den die Beschreibungen der Körperteile gemacht wurden"
    ),
    "Feedback": "Rückmeldung",
    "What the lexicon did not understand in the prompt, a sentence a line": (
        "Was das Lexikon im Prompt nicht verstand, ein Satz je Zeile"
    ),
    "Head": "Kopf",
    "What the head does": "Was der Kopf tut",
    "Torso": "Rumpf",
    "What the torso does": "Was der Rumpf tut",
    "Left Arm": "Linker Arm",
    "What the left arm does": "Was der linke Arm tut",
    "Right Arm": "Rechter Arm",
    "What the right arm does": "Was der rechte Arm tut",
    "Left Leg": "Linkes Bein",
    "What the left leg does": "Was das linke Bein tut",
    "Right Leg": "Rechtes Bein",
    "What the right leg does": "Was das rechte Bein tut",
    "Take": "Take",
    "Name of the take": "Name des Takes",
    "Name of the take; empty for the selected one": "Name des Takes; leer für den gewählten",
    "Step": "Schritt",
    "How many takes further, where none is named": "Um wie viele Takes weiter, wo keiner genannt ist",
    "Request": "Anfrage",
    "The waiting job to take out of the queue; empty for the running one": (
        "Der wartende Auftrag, der aus der Reihe soll; leer für den laufenden"
    ),
    "The prompt to use": "Der zu verwendende Prompt",
    "Log": "Protokoll",
    "Which log is copied": "Welches Protokoll kopiert wird",
    "What the backend wrote last": "Was das Backend zuletzt schrieb",
    "Installation": "Installation",
    "The whole log of the installation": "Das ganze Protokoll der Installation",
    "The doctor's report": "Der Bericht des Doktors",
    # preferences
    "Empty for the backend installed below; else a Python executable that has kinema, "
    "or a command such as: ssh gpubox kinema serve": (
        "Leer für das unten installierte Backend; sonst ein Python, das kinema hat, "
        "oder ein Befehl wie: ssh gpubox kinema serve"
    ),
    "Device": "Gerät",
    "Where the model computes; not used by a command": "Wo das Modell rechnet; gilt nicht für einen Befehl",
    "Automatic": "Automatisch",
    "CUDA or Apple's MPS where there is one, else the CPU": "CUDA oder Apples MPS, wo es das gibt, sonst der Prozessor",
    "CPU": "Prozessor",
    "Always the CPU": "Immer der Prozessor",
    "CUDA": "CUDA",
    "An NVIDIA graphics card": "Eine Grafikkarte von NVIDIA",
    "MPS": "MPS",
    "Apple's graphics": "Apples Grafik",
    "Model Pack": "Modellpaket",
    "Name or folder of the weights; empty for kinema-base. Not used by a command": (
        "Name oder Ordner der Gewichte; leer für kinema-base. Gilt nicht für einen Befehl"
    ),
    "Free Memory After": "Speicher freigeben nach",
    "Minutes without work after which the backend is ended and its memory freed; 0 for never": (
        "Minuten ohne Arbeit, nach denen das Backend endet und sein Speicher frei wird; 0 für nie"
    ),
    "Cache Folder": "Ordner des Zwischenspeichers",
    "Where answers are kept, so that an equal request returns at once; empty for the user's own folder": (
        "Wo Antworten behalten werden, damit eine gleiche Anfrage sofort zurückkommt; leer für den eigenen Ordner"
    ),
    "Cache Limit": "Grenze des Zwischenspeichers",
    "Megabytes that kept answers may take; the longest unused go first. 0 keeps none": (
        "Megabytes, die behaltene Antworten belegen dürfen; die am längsten ungenutzten gehen zuerst. 0 behält keine"
    ),
    "LLM Address": "Adresse des Sprachmodells",
    "OpenAI-compatible endpoint for the refiner LLM, such as http://localhost:11434/v1. "
    "Your prompts are sent there; the key is read from the environment variable KINEMA_LLM_KEY": (
        "OpenAI-kompatible Adresse für den Verfeinerer, etwa http://localhost:11434/v1. "
        "Ihre Prompts gehen dorthin; der Schlüssel steht in der Umgebungsvariable KINEMA_LLM_KEY"
    ),
    "LLM Model": "Sprachmodell",
    "Name of the language model at that address": "Name des Sprachmodells an dieser Adresse",
    "Torch": "Torch",
    "Which build of torch the installation fetches": "Welche Ausgabe von torch die Installation holt",
    "For This Machine": "Für diesen Rechner",
    "With CUDA where an NVIDIA driver is found, with MPS on a Mac, else for the processor": (
        "Mit CUDA, wo ein NVIDIA-Treiber gefunden wird, mit MPS auf einem Mac, sonst für den Prozessor"
    ),
    "Processor": "Prozessor",
    "The small build of torch, which computes on the processor": (
        "Die kleine Ausgabe von torch, die auf dem Prozessor rechnet"
    ),
    "The large build of torch, for NVIDIA graphics cards": "Die große Ausgabe von torch, für Grafikkarten von NVIDIA",
    "The build of torch for Apple's graphics": "Die Ausgabe von torch für Apples Grafik",
    "Wheel Folder": "Ordner mit Wheels",
    "Folder with all packages as wheels: the installation needs no network then. Empty to download": (
        "Ordner mit allen Paketen als Wheels: die Installation braucht dann kein Netz. Leer zum Herunterladen"
    ),
    "Pip Options": "Pip-Optionen",
    "For the installation, such as --index-url ADDRESS or --proxy ADDRESS": (
        "Für die Installation, etwa --index-url ADRESSE oder --proxy ADRESSE"
    ),
    # rigs, quality, export
    "0: as the model moved them; 1: standing feet stay where they are. Press Apply to see the change": (
        "0: wie das Modell sie bewegt; 1: stehende Füße bleiben, wo sie sind. Anwenden zeigt die Änderung"
    ),
    "Action to Motion": "Aktion als Bewegung",
    "Apply": "Anwenden",
    "BVH, FBX, glTF, USD or AMASS .npz, with a T-pose on the frame before the first": (
        "BVH, FBX, glTF, USD oder AMASS-.npz, mit einer T-Pose auf dem Bild vor dem ersten"
    ),
    "Bone": "Knochen",
    "Bones": "Knochen",
    "Check Take": "Take prüfen",
    "Check the table and keep it with the character": "Die Tabelle prüfen und bei der Figur behalten",
    "Constant Hip Height": "Feste Hüfthöhe",
    "Export Take": "Take exportieren",
    "FK": "FK",
    "IK": "IK",
    "Edited": "Geändert",
    "Whether the user has changed any of these settings": "Ob eine dieser Einstellungen geändert wurde",
    "Fewer keys within the bounds below, kept on every frame": (
        "Weniger Keys innerhalb der Grenzen darunter, auf jedem Bild eingehalten"
    ),
    "Find which bone plays which part, by names and by shape": (
        "Nach Namen und Form finden, welcher Knochen welchen Teil spielt"
    ),
    "Foot Locking": "Füße festhalten",
    "For rigs with controls": "Für Rigs mit Steuerknochen",
    "Go to Worst Frame": "Zum schlechtesten Bild",
    "Ground": "Boden",
    "Ground Object": "Boden-Objekt",
    "A skinned character with shape keys from your own SMPL, SMPL-H or SMPL-X model file (.npz)": (
        "Eine Figur mit Haut und Formschlüsseln aus der eigenen Modelldatei von SMPL, SMPL-H oder SMPL-X (.npz)"
    ),
    "Height": "Höhe",
    "Height of the floor above the one chosen": "Höhe des Bodens über dem gewählten",
    "Mesh": "Mesh",
    "One mesh: terrain, stairs, a stage": "Ein Mesh: Gelände, Treppe, Bühne",
    "Own Floor": "Eigener Boden",
    "SMPL Body": "SMPL-Körper",
    "SMPL Body from Model File": "SMPL-Körper aus Modelldatei",
    "Scene": "Szene",
    "Shape": "Form",
    "The first ten shape parameters (betas) of the body": "Die ersten zehn Formparameter (Betas) des Körpers",
    "The floor of the character's rest pose": "Der Boden der Ruhepose der Figur",
    "The mesh that the feet stand on": "Das Mesh, auf dem die Füße stehen",
    "What the feet stand on": "Worauf die Füße stehen",
    "Whatever mesh of the scene lies under the feet": "Jedes Mesh der Szene, das unter den Füßen liegt",
    "Hands stay out of bodies that are thicker": "Hände bleiben außerhalb von Körpern, die dicker sind",
    "Hips": "Hüfte",
    "Keep Hands Clear": "Hände freihalten",
    "Limbs": "Gliedmaßen",
    "Load Mapping": "Zuordnung laden",
    "Measure foot slide, penetration, floating, jerk, joint limits and loop seam of the action": (
        "Rutschen der Füße, Eindringen, Schweben, Ruck, Gelenkgrenzen und Naht der Aktion messen"
    ),
    "Move the timeline to the frame that needs work most": (
        "Die Zeitleiste auf das Bild stellen, das die meiste Arbeit braucht"
    ),
    "No bone is turned farther than this from how it was": (
        "Kein Knochen ist weiter als dies von seiner Drehung entfernt"
    ),
    "No joint is farther than this from where it was": "Kein Gelenk ist weiter als dies von seinem Ort entfernt",
    "Not recognised": "Nicht erkannt",
    "Object": "Objekt",
    "Put the action's motion on again with these settings, as a new action": (
        "Die Bewegung der Aktion mit diesen Einstellungen neu anlegen, als neue Aktion"
    ),
    "Quality": "Güte",
    "Read the character's action, whoever made it, and save it for Kinema: stylize, edit, evaluate": (
        "Die Aktion der Figur lesen, von wem sie auch ist, und für Kinema sichern: Stil, Bearbeitung, Auswertung"
    ),
    "Recognise": "Erkennen",
    "Reduce Keys": "Keys verringern",
    "Root Bone": "Wurzelknochen",
    "Root Motion": "Weg über den Boden",
    "Save Mapping": "Zuordnung sichern",
    "Save the mapping as a file for other characters and other people": (
        "Die Zuordnung als Datei für andere Figuren und andere Leute sichern"
    ),
    "The bone above the hips carries place and heading, as game engines want it": (
        "Der Knochen über der Hüfte trägt Ort und Richtung, wie Spiele es wollen"
    ),
    "The bone that plays this part; several are separated by commas": (
        "Der Knochen, der diesen Teil spielt; mehrere durch Kommas getrennt"
    ),
    "The hips carry the way over the ground": "Die Hüfte trägt den Weg über den Boden",
    "The hips keep their mean height": "Die Hüfte behält ihre mittlere Höhe",
    "The object itself carries place and heading": "Das Objekt selbst trägt Ort und Richtung",
    "This character has a table of its own": "Diese Figur hat eine eigene Tabelle",
    "Use This Table": "Diese Tabelle verwenden",
    "Use a mapping that was saved before": "Eine gesicherte Zuordnung verwenden",
    "What carries the way over the ground": "Was den Weg über den Boden trägt",
    "Which bone plays which part": "Welcher Knochen welchen Teil spielt",
    "Within (degrees)": "Innerhalb von (Grad)",
    "Within (mm)": "Innerhalb von (mm)",
    "Write the controls of hands, feet and poles": "Die Steuerknochen von Händen, Füßen und Polen schreiben",
    "Write the controls that turn each bone": "Die Steuerknochen schreiben, die jeden Knochen drehen",
}


def _entries(texts: dict[str, str]) -> dict[tuple[str, str], str]:
    """Blender looks buttons up under "Operator" and everything else under "*"."""
    return {(context, text): said for text, said in texts.items() for context in ("*", "Operator")}


GERMAN |= GERMAN_STYLE
GERMAN |= translations_edit.GERMAN
TABLE = {name: _entries(GERMAN) for name in ("de_DE", "de")}
