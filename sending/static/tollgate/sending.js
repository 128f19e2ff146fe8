// Beside each UTC time, what the reader's own clock shows.
document.addEventListener("DOMContentLoaded", () => {
  const language = document.documentElement.lang || undefined;
  const own = new Intl.DateTimeFormat(language, {
    dateStyle: "medium", timeStyle: "short",
  });
  for (const time of document.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.getAttribute("datetime"));
    if (!Number.isNaN(moment.getTime())) {
      time.title = `${own.format(moment)} (${Intl.DateTimeFormat().resolvedOptions().timeZone})`;
    }
  }
});

// On a phone the row of tabs scrolls: begin with the current one in sight.
document.addEventListener("DOMContentLoaded", () => {
  for (const tab of document.querySelectorAll(".tg-tabs [aria-current]")) {
    tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 16;
  }
});
