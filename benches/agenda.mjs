#!/usr/bin/env node
/*
 * Times the agenda's month beside FullCalendar's in the same Chromium, with 1,000 events in each month.
 *
 *     cargo build --release --package kalends-server && cargo xtask build && node benches/agenda.mjs [PROGRAM]
 *
 * Kalends runs with a month of 1,000 events before, in and after the one that is shown; FullCalendar has the same events from a feed of
 * JSON of its own, or for what is cached as an array in the page, and comes from the npm registry into `.tools/agenda`. A time ends
 * with the frame in which the last day of the month has its first event. It begins with the navigation, of a browser that has nothing
 * in its cache, or with the click that steps to the next month. Playwright and its Chromium are those of `end2end/`.
 *
 * FullCalendar draws every event of a day, or with `dayMaxEvents` as many as there is room for, as Kalends does.
 */

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const ROOT = resolve(import.meta.dirname, "..");
const FULLCALENDAR = "fullcalendar@6.1.20";
const ROUNDS = 7;
const EVENTS = 1000;
const MONTHS = ["2027-02", "2027-03", "2027-04", "2027-05"];
const PASSWORD = "correct horse battery";
const WINDOW = { width: 1280, height: 800 };

const { chromium } = createRequire(join(ROOT, "end2end/package.json"))("@playwright/test");

const daysOf = (month) => new Date(Date.UTC(+month.slice(0, 4), +month.slice(5), 0)).getUTCDate();
const two = (number) => String(number).padStart(2, "0");

/** The events of a month, evenly over its days; the last day begins with one that is looked for. */
function eventsOf(month) {
  const days = daysOf(month);
  const events = [{ id: `last-${month}`, title: `Last of ${month}`, date: `${month}-${days}`, from: "00:00", to: "00:30" }];
  for (let number = 1; number < EVENTS; number++) {
    const hour = 8 + (number % 11);
    const minute = (number % 4) * 15;
    const date = `${month}-${two(1 + (number % days))}`;
    events.push({ id: `${month}-${number}`, title: `Event ${number}`, date, from: `${two(hour)}:${two(minute)}`, to: `${two(hour + 1)}:${two(minute)}` });
  }
  return events;
}

const events = MONTHS.flatMap(eventsOf);

function asFile() {
  const time = (date, clock) => `${date.replaceAll("-", "")}T${clock.replace(":", "")}00`;
  const lines = events.flatMap(({ id, title, date, from, to }) => [
    "BEGIN:VEVENT",
    `UID:${id}`,
    "DTSTAMP:20260101T000000Z",
    `DTSTART;TZID=Europe/Zurich:${time(date, from)}`,
    `DTEND;TZID=Europe/Zurich:${time(date, to)}`,
    `SUMMARY:${title}`,
    "END:VEVENT",
  ]);
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kalends//bench//EN", ...lines, "END:VCALENDAR", ""].join("\r\n");
}

/** Kalends with the events, and the cookie of somebody who is signed in. */
async function kalends(program) {
  const data = mkdtempSync(join(tmpdir(), "kalends-bench-"));
  const run = (...words) => execFileSync(program, ["--data", data, ...words], { encoding: "utf8" });
  const secret = run("user", "add", "ada").match(/\/welcome\/(\S+)/)[1];
  writeFileSync(join(data, "months.ics"), asFile());
  run("import", "ada", "personal", join(data, "months.ics"));
  const server = spawn(program, ["--data", data, "serve", "--listen", "127.0.0.1:0", "--dist", join(ROOT, "dist")], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const url = await new Promise((ready, failed) => {
    createInterface({ input: server.stdout }).on("line", (line) => {
      const address = line.match(/ready: (http\S+?)\/?$/);
      if (address) ready(address[1]);
    });
    server.once("exit", (code) => failed(new Error(`the server ended with ${code}`)));
  });
  const answer = await fetch(`${url}/fn/choose_password`, {
    method: "POST",
    body: new URLSearchParams({ secret, password: PASSWORD, repeated: PASSWORD, time_zone: "Europe/Zurich" }),
    headers: { accept: "text/html", origin: url },
    redirect: "manual",
  });
  const [name, value] = answer.headers.getSetCookie()[0].split(";")[0].split("=");
  const stop = () => {
    server.kill("SIGKILL");
    rmSync(data, { recursive: true, force: true });
  };
  return { url: `${url}/agenda/month/2027-03-10`, cookie: { name, value, url }, stop };
}

/** A page of FullCalendar with a feed; `?cached` has the events in the page, `?room` draws what there is room for. */
async function fullCalendar() {
  const folder = join(ROOT, ".tools/agenda");
  const library = join(folder, "node_modules/fullcalendar/index.global.min.js");
  if (!existsSync(library)) {
    mkdirSync(folder, { recursive: true });
    execFileSync("npm", ["install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, FULLCALENDAR], { stdio: "inherit" });
  }
  const script = readFileSync(library);
  const feed = events.map(({ id, title, date, from, to }) => ({ id, title, start: `${date}T${from}:00`, end: `${date}T${to}:00` }));
  const page = (query) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><script src="/fullcalendar.js"></script></head>
    <body><div id="calendar"></div><script>
      const calendar = new FullCalendar.Calendar(document.getElementById("calendar"), {
        initialView: "dayGridMonth", initialDate: "2027-03-10", firstDay: 1, editable: true, height: "95vh",
        dayMaxEvents: ${query.has("room")},
        events: ${query.has("cached") ? JSON.stringify(feed) : '"/feed"'},
      });
      calendar.render();
    </script></body></html>`;
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    const answer = (type, body) => response.writeHead(200, { "content-type": type }).end(body);
    if (pathname === "/fullcalendar.js") return answer("text/javascript", script);
    if (pathname !== "/feed") return answer("text/html", page(searchParams));
    const [from, to] = [searchParams.get("start"), searchParams.get("end")];
    answer("application/json", JSON.stringify(feed.filter(({ start, end }) => end > from && start < to)));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}

/** In the page: the time of the frame in which `text` stands in `region`, after it is painted. */
function whenPainted([region, text]) {
  return new Promise((done) => {
    const look = () => {
      if (!document.querySelector(region)?.textContent.includes(text)) return requestAnimationFrame(look);
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => done(performance.now());
      port2.postMessage(0);
    };
    requestAnimationFrame(look);
  });
}

const programs = {
  kalends: { region: ".agenda__main", next: ".toolbar [aria-label='Next month']", ready: () => document.documentElement.dataset.hydrated === "true" },
  fullCalendar: { region: "#calendar", next: ".fc-next-button", ready: () => document.querySelector(".fc-next-button") !== null },
};

/** Milliseconds until the month is drawn at first, and until the next one is drawn after a click, at once or after a pause. */
async function once(browser, { region, next, ready }, { url, cookie }, pause) {
  const context = await browser.newContext({ viewport: WINDOW, locale: "en-GB", timezoneId: "Europe/Zurich" });
  if (cookie) await context.addCookies([cookie]);
  const page = await context.newPage();
  await page.addInitScript(`window.whenPainted = ${whenPainted}; window.drawn = whenPainted(${JSON.stringify([region, "Last of 2027-03"])})`);
  await page.goto(url, { waitUntil: "commit" });
  const first = await page.evaluate(() => window.drawn);
  await page.waitForFunction(ready);
  await page.waitForTimeout(pause);
  const step = await page.evaluate(
    async ([region, next]) => {
      const begun = performance.now();
      document.querySelector(next).click();
      return (await window.whenPainted([region, "Last of 2027-04"])) - begun;
    },
    [region, next],
  );
  await context.close();
  return { first, step };
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function main() {
  const program = resolve(process.argv[2] ?? join(ROOT, "target/release/kalends"));
  const executablePath = process.env.KALENDS_CHROMIUM ?? chromium.executablePath();
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const [ours, theirs] = [await kalends(program), await fullCalendar()];
  const cases = {
    Kalends: [programs.kalends, ours, ours],
    "FullCalendar, what there is room for": [programs.fullCalendar, { url: `${theirs.url}?room` }, { url: `${theirs.url}?room&cached` }],
    "FullCalendar, every event": [programs.fullCalendar, { url: theirs.url }, { url: `${theirs.url}?cached` }],
  };
  const times = Object.fromEntries(Object.keys(cases).map((name) => [name, { first: [], fetched: [], cached: [] }]));
  // In turns, so that whatever else the machine does meets all of them; the first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, [kind, feed, cached]] of Object.entries(cases)) {
      const cold = await once(browser, kind, feed, 0);
      const warm = await once(browser, kind, cached, 4000);
      if (round === 0) continue;
      times[name].first.push(cold.first);
      times[name].fetched.push(cold.step);
      times[name].cached.push(warm.step);
    }
  }
  await browser.close();
  ours.stop();
  theirs.stop();
  console.log(`medians of ${ROUNDS} in milliseconds, ${EVENTS} events in the month, ${FULLCALENDAR}\n`);
  console.log("| | first draw | next month, fetched | next month, cached |\n| --- | --- | --- | --- |");
  for (const [name, { first, fetched, cached }] of Object.entries(times)) {
    console.log(`| ${name} | ${[first, fetched, cached].map((values) => Math.round(median(values))).join(" | ")} |`);
  }
}

await main();
