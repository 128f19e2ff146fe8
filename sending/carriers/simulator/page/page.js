// Renews the phones every two seconds while the page is seen, and keeps scroll and focus.
const phones = document.getElementById("phones");
const address = new URL(location.href);
address.searchParams.set("part", "phones");
let shown = phones.innerHTML;

async function renew() {
  if (document.hidden) return;
  let html;
  try {
    const answer = await fetch(address);
    if (!answer.ok) return;
    html = await answer.text();
  } catch {
    return; // the simulator is down; it may come back
  }
  if (html === shown) return;
  shown = html;
  const list = phones.querySelector("nav ul");
  const top = list ? list.scrollTop : 0;
  const focused = phones.contains(document.activeElement)
    ? document.activeElement.getAttribute("href")
    : null;
  phones.innerHTML = html; // escaped by the server
  const renewed = phones.querySelector("nav ul");
  if (renewed) renewed.scrollTop = top;
  if (focused) phones.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

setInterval(renew, 2000);
