"use strict";
// Everything that comes from the server is text until it is put here: elements are made by name, texts as text.

const LOOK_AGAIN_MILLIS = 2000;
const view = document.getElementById("view");
const problem = document.getElementById("problem");

/** An element with attributes and children; a child that is no element becomes text. */
function el(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value !== undefined && value !== false) {
      element.setAttribute(key, value === true ? "" : value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function say(sentence) {
  problem.textContent = sentence;
  problem.hidden = !sentence;
}

async function ask(path, options) {
  let reply;
  try {
    reply = await fetch(path, options);
  } catch {
    throw new Error("The server does not answer: is ./querent ui still running?");
  }
  const json = (reply.headers.get("Content-Type") || "").startsWith("application/json");
  const content = json ? await reply.json() : await reply.text();
  if (!reply.ok) {
    throw new Error(json ? content.error : "The server answered with " + reply.status);
  }
  return content;
}

const number = (value) => (Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4))));
const link = (kind, name) => "#/" + kind + "/" + encodeURIComponent(name);
const report = (kind, name) =>
  el("a", { href: "report/" + kind + "/" + encodeURIComponent(name), target: "_blank", rel: "noopener" }, "report");
const state = (name) => el("span", { class: name }, name);

/** Rows of cells; the first cell of each names it. A number is set to the right. */
function table(caption, columns, rows) {
  const cell = (content, index) => {
    const numeric = typeof content === "number";
    const inner = numeric ? number(content) : content;
    return index === 0 ? el("th", { scope: "row" }, inner) : el("td", numeric ? { class: "number" } : {}, inner);
  };
  return el("div", { class: "wide" }, el("table", {},
    caption ? el("caption", {}, caption) : null,
    el("thead", {}, el("tr", {}, ...columns.map((column) => el("th", { scope: "col" }, column)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map(cell))))));
}

/** What a run's step has done when it was first looked at, for the time that is left. */
const firstLooks = new Map();

function timeLeft(run) {
  const now = Date.parse(run.updated);
  const first = firstLooks.get(run.run);
  if (!first || first.step !== run.step || first.done > run.done) {
    firstLooks.set(run.run, { step: run.step, done: run.done, at: now });
    return "";
  }
  const perMilli = (run.done - first.done) / (now - first.at);
  if (!(perMilli > 0)) {
    return "";
  }
  const seconds = Math.round((run.total - run.done) / perMilli / 1000);
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return (hours ? hours + ":" + two(minutes) : minutes) + ":" + two(seconds % 60) + " left of the step";
}

function progress(run) {
  if (run.state !== "running" || !run.total) {
    return run.message || "";
  }
  const left = timeLeft(run);
  return el("span", {}, el("progress", { max: run.total, value: run.done, "aria-label": "progress of " + run.step }),
    ` ${run.step} ${run.done}/${run.total}${left ? ", " + left : ""}`);
}

const loss = (run) => (run.values && typeof run.values.loss === "number" ? run.values.loss : "");
const when = (time) => (time ? new Date(time).toLocaleString() : "");

function showRuns(runs) {
  if (runs.length === 0) {
    return [el("h1", {}, "Runs"), el("p", {}, "No run yet. Begin one: ", el("code", {}, "./querent run FILE"))];
  }
  runs.sort((a, b) => (b.updated || "").localeCompare(a.updated || ""));
  return [el("h1", {}, "Runs"), table("", ["run", "state", "progress", "loss", "steps done", "last change", ""],
    runs.map((run) => [el("a", { href: link("run", run.run) }, run.run), state(run.state), progress(run), loss(run),
      run["done-steps"], when(run.updated), run.report ? report("run", run.run) : ""]))];
}

/** A drawing of the server's: parsed as a picture, so that nothing in it can be anything else. */
function drawing(svg) {
  return document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true);
}

function showStep(run, step) {
  const working = run.state === "running" && run.step === step.name && step.state !== "done";
  const results = step.results;
  return el("section", { "data-step": step.name },
    el("h2", {}, step.name + (results && results.title !== step.name ? ": " + results.title : "")),
    el("p", {}, state(working ? "running" : step.state), step.from ? ", computed by " + step.from : "",
      step.summary ? ". " + step.summary : ""),
    ...step.problems.map((sentence) => el("p", { class: "failed" }, sentence)),
    el("div", { class: "plots" }, ...step.curves.map((curve) =>
      el("figure", { "data-curve": curve.name }, drawing(curve.svg)))),
    ...(results ? results.tables.map((each) => table(each.title, each.columns, each.rows)) : []),
    results && results.tables.length === 0 && Object.keys(results.numbers).length > 0
      ? table("", ["number", "value"], Object.entries(results.numbers)) : null,
    ...(results ? results.notes.map((note) => el("p", { class: "pale" }, note)) : []));
}

function showRun(run) {
  return [el("h1", {}, run.run),
    el("p", {}, state(run.state), run.updated ? ", " + when(run.updated) + " " : " ", progress(run)),
    el("p", {}, run.report ? report("run", run.run) : el("span", { class: "pale" }, "The report is written at the end."),
      run.tryable ? " · " : null,
      run.tryable ? el("a", { href: link("try", run.run) }, "try its model") : null),
    ...run.steps.map((step) => showStep(run, step))];
}

/** The settings, which don't change, below what does. */
function settings(name) {
  const text = el("pre", {});
  const details = el("details", {}, el("summary", {}, "Settings"), text);
  details.addEventListener("toggle", async () => {
    text.textContent = text.textContent || await ask("api/settings/" + encodeURIComponent(name));
  });
  return details;
}

function showStudies(studies) {
  if (studies.length === 0) {
    return [el("h1", {}, "Studies"), el("p", {}, "No study yet. Begin one: ", el("code", {}, "./querent study FILE"))];
  }
  return [el("h1", {}, "Studies"), table("", ["study", ""], studies.map((study) =>
    [el("a", { href: link("study", study.study) }, study.study), study.report ? report("study", study.study) : ""]))];
}

function showStudy(study) {
  const runs = Object.entries(study.matrix);
  const steps = [...new Set(runs.flatMap(([, run]) => Object.keys(run.steps)))];
  const interval = (sample) => ("low" in sample ? number(sample.low) + " to " + number(sample.high) : "-");
  return [el("h1", {}, "Study " + study.study),
    el("p", {}, study.report ? report("study", study.study)
      : el("span", { class: "pale" }, "The report is written when the study's command ends.")),
    table("Runs", ["variant", "seed", "state", ...steps], runs.map(([name, run]) =>
      [el("a", { href: link("run", name) }, run.variant), run.seed, state(run.state),
        ...steps.map((step) => (run.steps[step] ? state(run.steps[step]) : ""))])),
    ...Object.entries(study.metrics || {}).map(([metric, variants]) => table(metric,
      ["variant", "runs", "mean", "standard deviation", "95 % interval", "difference", "95 % interval of the difference"],
      Object.entries(variants).map(([variant, found]) => [variant, Object.keys(found.seeds).length, found.mean,
        found["standard-deviation"] ?? "-", interval(found),
        found.difference ? `${number(found.difference.mean)} from ${found.difference.from}` : "",
        found.difference ? interval(found.difference) : ""])))];
}

// The views, and looking again while one is open.

let opened = 0;

/** Shows what a path holds, and again whenever it has changed. Returns whether it could be shown. */
async function follow(path, show, below) {
  const mine = ++opened;
  const live = el("div", {});
  view.replaceChildren(live, ...(below ? [below] : []));
  let shown = "";
  while (mine === opened) {
    if (document.visibilityState === "visible") {
      try {
        const content = await ask(path);
        const text = JSON.stringify(content);
        if (mine !== opened) {
          return;
        }
        say("");
        if (text !== shown) {
          shown = text;
          replace(live, show(content));
        }
      } catch (error) {
        if (mine === opened) {
          say(error.message);
        }
      }
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MILLIS));
  }
}

/** The new content in place of the old; the keyboard stays on the link where it was. */
function replace(live, elements) {
  const focused = live.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  live.replaceChildren(...elements);
  if (focused) {
    const again = [...live.querySelectorAll("a")].find((each) => each.getAttribute("href") === focused);
    if (again) {
      again.focus({ preventScroll: true });
    }
  }
}

function route() {
  const [kind, encoded] = location.hash.replace(/^#\//, "").split("/");
  const name = encoded ? decodeURIComponent(encoded) : "";
  const path = encodeURIComponent(name);
  say("");
  document.getElementById("try").hidden = kind !== "try";
  document.title = (name || { studies: "Studies", try: "Try a model" }[kind] || "Runs") + " - Querent";
  const section = { run: "runs", study: "studies" }[kind] || kind || "runs";
  document.querySelectorAll("nav a").forEach((each) => {
    const here = each.getAttribute("href") === "#/" + section;
    here ? each.setAttribute("aria-current", "page") : each.removeAttribute("aria-current");
  });
  if (kind === "run" && name) {
    follow("api/run/" + path, showRun, settings(name));
  } else if (kind === "studies") {
    follow("api/studies", showStudies);
  } else if (kind === "study" && name) {
    follow("api/study/" + path, showStudy);
  } else if (kind === "try") {
    opened++;
    view.replaceChildren();
    prepareTry(name);
  } else {
    follow("api/runs", showRuns);
  }
}

// The box to try a model.

const form = document.getElementById("form");
const drop = document.getElementById("drop");
const preview = document.getElementById("preview");
const turns = document.getElementById("turns");
const doing = document.getElementById("doing");
let image = null;
let said = []; // of the chat
let mostBytes = 0;

async function prepareTry(name) {
  try {
    const runs = (await ask("api/runs")).filter((run) => run.tryable);
    mostBytes = (await ask("api/desk"))["most-bytes"];
    const before = name || form.run.value;
    form.run.replaceChildren(...runs.map((run) =>
      el("option", { value: run.run, selected: run.run === before }, run.run)));
    if (runs.length === 0) {
      say("No run has a trained bridge yet: a model can be tried when a training step behind it is done.");
    }
  } catch (error) {
    say(error.message);
  }
}

function choose(file) {
  say("");
  image = null;
  URL.revokeObjectURL(preview.src);
  preview.hidden = true;
  if (file && file.size > mostBytes) {
    say(`${file.name} has ${Math.ceil(file.size / 1048576)} MiB, more than the ${mostBytes / 1048576} MiB an image may have: save it smaller, or as JPEG.`);
  } else if (file) {
    image = file;
    preview.src = URL.createObjectURL(file);
    preview.hidden = false;
  }
  beginAgain();
}

function beginAgain() {
  said = [];
  turns.replaceChildren();
  document.getElementById("again").hidden = true;
}

form.image.addEventListener("change", () => choose(form.image.files[0]));
form.run.addEventListener("change", beginAgain);
document.getElementById("again").addEventListener("click", beginAgain);
preview.addEventListener("error", () => {
  preview.hidden = true; // the server says what is wrong with it
});
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  if (event.dataTransfer.files.length > 0) {
    form.image.files = event.dataTransfer.files;
    choose(form.image.files[0]);
  }
});

form.addEventListener("change", () => {
  const caption = form.mode.value === "caption";
  document.getElementById("text-label").textContent =
    caption ? "Begin the caption with (may be empty)" : "Question, in plain words";
  document.getElementById("ask").textContent = caption ? "Write" : "Ask";
  form.text.required = !caption;
});
form.querySelectorAll("[name=mode]").forEach((each) => each.addEventListener("change", beginAgain));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!image) {
    say("Choose an image first.");
    return;
  }
  const mode = form.mode.value;
  const text = form.text.value.trim();
  const request = { run: form.run.value, kind: mode === "caption" ? "caption" : "question", text, before: said };
  say("");
  form.ask.disabled = true;
  const tell = setInterval(tellDoing, 500);
  doing.textContent = "asking";
  try {
    const answer = await ask("api/answer", {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream" },
      body: new Blob([JSON.stringify(request), "\n", image]),
    });
    if (mode === "chat") {
      said.push({ prompt: answer.prompt, answer: answer.texts[0] });
    } else {
      turns.replaceChildren();
    }
    turns.append(el("li", {}, el("span", { class: "pale" }, text || "caption"),
      ...answer.texts.map((each) => el("p", { class: "answer" }, each || "(nothing)")),
      el("span", { class: "pale" }, `${answer.seconds.toFixed(2)} s`),
      ...answer.notes.map((note) => el("p", { class: "pale" }, "note: " + note))));
    document.getElementById("again").hidden = mode !== "chat";
    form.text.value = "";
  } catch (error) {
    say(error.message);
  } finally {
    clearInterval(tell);
    doing.textContent = "";
    form.ask.disabled = false;
  }
});

async function tellDoing() {
  try {
    const desk = await ask("api/desk");
    if (form.ask.disabled) {
      doing.textContent = { loading: "loading the model of " + desk.run, answering: "answering" }[desk.doing] || "asking";
    }
  } catch {
    // the answer itself will fail too, and says so
  }
}

window.addEventListener("hashchange", route);
route();
