// SPDX-License-Identifier: GPL-3.0-or-later
// Flamenco job type: a Kinema job file is generated once, then every shot is rendered in chunks.
//
// Install: put this file in the `scripts` folder of the Flamenco Manager. Variables that the Manager must define:
//   blender   the Blender executable of a worker (Flamenco defines it itself)
//   kinema    the command of Kinema's backend on the workers that generate, such as /opt/kinema/bin/kinema
// Only workers of the tag "kinema-generate" need the backend and, for speed, a GPU. The rendering tasks open .blend
// files whose actions are baked: they need Blender alone, neither add-on nor backend.

const JOB_TYPE = {
    label: "Kinema Shots",
    description: "Generate the motion of a job file once, then render each shot's .blend in chunks",
    settings: [
        { key: "jobs_file", type: "string", required: true, subtype: "file_path",
          description: "Kinema job file (.jsonl or .csv) whose jobs list the output 'blend'" },
        { key: "shot_names", type: "string", required: true,
          description: "Names of the job file's jobs that are rendered, separated by blanks or commas" },
        { key: "motion_folder", type: "string", required: true, subtype: "dir_path",
          description: "Folder for the .blend files, on storage that all workers see" },
        { key: "render_folder", type: "string", required: true, subtype: "dir_path",
          description: "Folder for the images, one folder a shot" },
        { key: "frames", type: "string", required: true, default: "1-120",
          description: "Frames of every shot, such as '1-120' or '1-40, 60'" },
        { key: "chunk_size", type: "int32", default: 24, propargs: { min: 1 },
          description: "Frames a task" },
        { key: "time_limit", type: "int32", default: 600, propargs: { min: 1 },
          description: "Seconds that one job may take to generate" },
    ],
};

function compileJob(job) {
    const settings = job.settings;
    const shots = shotNames(settings.shot_names);

    // --resume: a task that is run again makes only what is missing.
    const generate = author.Task("generate motion", "misc");
    generate.addCommand(author.Command("exec", {
        exe: "{kinema}",
        args: ["batch", settings.jobs_file, "--out", settings.motion_folder, "--resume",
               "--time-limit", String(settings.time_limit)],
    }));
    job.addTask(generate);

    for (const shot of shots) {
        const output = path.join(settings.render_folder, shot, shot + "_######");
        for (const chunk of frameChunker(settings.frames, settings.chunk_size)) {
            const render = author.Task("render " + shot + " " + chunk, "blender");
            render.addCommand(author.Command("blender-render", {
                exe: "{blender}",
                exeArgs: "{blenderArgs}",
                argsBefore: [],
                blendfile: path.join(settings.motion_folder, shot + ".blend"),
                args: ["--render-output", output, "--render-format", "PNG",
                       "--render-frame", chunk.replaceAll("-", "..")],
            }));
            render.addDependency(generate);
            job.addTask(render);
        }
    }
}

// The same rule as Kinema's own: a name is a plain file name and leads out of no folder.
function shotNames(text) {
    const names = text.split(/[\s,]+/).filter((name) => name !== "");
    if (names.length === 0) {
        throw new Error("shot_names is empty; name at least one job of the job file");
    }
    for (const name of names) {
        if (!/^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/.test(name) || name.endsWith(".")) {
            throw new Error("'" + name + "' cannot be the name of a shot; use letters, digits and . + - _");
        }
    }
    return names;
}
