// Renews what changes by itself while the page is seen: every two seconds, every second during a
// call. Scroll and focus stay, and so does a form that somebody is filling in.
const parts = [...document.querySelectorAll("[data-part]")];
const shown = new Map(parts.map((part) => [part, part.innerHTML]));
const said = document.getElementById("said");
let told = standings();

function standings() {
  const calls = document.querySelectorAll("#calls [data-call]");
  return new Map([...calls].map((call) => [call.dataset.call, call.dataset.said]));
}

function tell() {
  const now = standings();
  const news = [...now].filter(([sid, words]) => told.get(sid) !== words);
  if (news.length) said.textContent = news[0][1];
  told = now;
}

function beingFilled(part) {
  const typed = [...part.querySelectorAll(".place input")].some(
    (input) => input.value !== input.defaultValue,
  );
  return typed || (part.contains(document.activeElement) && part.querySelector(".place"));
}

function place(part) {
  const active = document.activeElement;
  if (!part.contains(active)) return null;
  return {
    id: active.id,
    href: active.getAttribute("href"),
    call: active.closest("[data-call]")?.dataset.call,
  };
}

// To the same thing; or, where it is gone, to the next that can be done with the same call.
function refocus(part, { id, href, call }) {
  const home = call ? part.querySelector(`[data-call="${CSS.escape(call)}"]`) : part;
  const same =
    (id && part.querySelector(`#${CSS.escape(id)}`)) ||
    (href && home?.querySelector(`a[href="${CSS.escape(href)}"]`)) ||
    (call && (home?.querySelector("button, a") ?? part.querySelector("[tabindex]")));
  if (same) same.focus({ preventScroll: true });
}

function replace(part, html) {
  if (html === shown.get(part) || beingFilled(part)) return;
  shown.set(part, html);
  const scrolled = () => [...part.querySelectorAll("nav ul, .screen ol, .calls")];
  const tops = scrolled().map((list) => list.scrollTop);
  const open = [...part.querySelectorAll("details[open]")].map((one) => one.id);
  const focused = place(part);
  part.innerHTML = html; // escaped by the server
  scrolled().forEach((list, index) => (list.scrollTop = tops[index] ?? 0));
  for (const id of open) part.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
  if (focused) refocus(part, focused);
}

async function renew(part) {
  const address = new URL(location.href);
  address.searchParams.set("part", part.dataset.part);
  try {
    const answer = await fetch(address);
    if (answer.ok) replace(part, await answer.text());
  } catch {
    // the simulator is down; it may come back
  }
}

async function renewAll() {
  await Promise.all(parts.map(renew));
  tell();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!("hand" in form.dataset)) return;
  event.preventDefault();
  try {
    const body = new URLSearchParams(new FormData(form));
    await fetch(form.action, { method: "POST", body, redirect: "manual" });
  } catch {
    return;
  }
  renewAll();
});

let seconds = 0;
setInterval(() => {
  seconds += 1;
  const live = document.querySelector("[data-live]");
  if (!document.hidden && (live || seconds % 2 === 0)) renewAll();
}, 1000);
