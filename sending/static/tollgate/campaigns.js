// Conveniences of the campaign pages; each page works without them.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

  // Times are written in UTC and read on the reader's own clock.
  const localise = (root) => {
    root.querySelectorAll("time[data-local]").forEach((time) => {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.getTime())) return;
      time.textContent = at.toLocaleString(document.documentElement.lang || "en", {
        year: "numeric", month: "short", day: "numeric", hour: "numeric", minute: "2-digit",
        timeZone: zone, timeZoneName: "short",
      });
      time.removeAttribute("data-local");
    });
    root.querySelectorAll("[data-zone]").forEach((input) => { input.value = zone; });
    root.querySelectorAll("[data-zone-name]").forEach((span) => { span.textContent = zone; });
  };

  const insert = (button) => {
    const text = document.querySelector("#composer textarea");
    if (!text) return;
    text.setRangeText(button.dataset.insert, text.selectionStart, text.selectionEnd, "end");
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };

  document.documentElement.classList.add("tg-has-js");
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (button) insert(button);
  });
  document.addEventListener("htmx:afterSwap", () => localise(document));
  localise(document);
})();
