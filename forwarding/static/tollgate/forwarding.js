// The dialog of the section Call forwarding. Its buttons are links and its forms are forms, so each
// works without this file; htmx fetches, and this opens, closes and keeps the focus.
(() => {
  const dialog = document.getElementById("call-forwarding-dialog");
  const body = document.getElementById("call-forwarding-dialog-body");
  const told = document.getElementById("call-forwarding-told");
  const within = (element) => dialog !== null && element !== null && dialog.contains(element);
  let opener = null;

  // --- A number as Americans write it, while it is typed ---------------------------------------
  // What begins otherwise, or has anything but digits and their usual company, is left as it is.
  const formatted = (text) => {
    if (!/^[\d\s().\-+]*$/.test(text) || /^\s*\+(?!1)|^\D*0/.test(text)) return text;
    let digits = text.replace(/\D/g, "");
    const one = digits.startsWith("1");
    if (one) digits = digits.slice(1);
    if (digits.length > 10 || (one && !digits)) return text;
    const [area, exchange, line] = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)];
    if (digits.length <= 3) return one ? `+1 ${area}` : area;
    return `${one ? "+1 " : ""}(${area}) ${exchange}${line ? `-${line}` : ""}`;
  };
  const digitsBefore = (text, end) => text.slice(0, end).replace(/\D/g, "").length;
  const placeAfter = (text, count) => {
    let seen = 0;
    for (let place = 0; place < text.length; place += 1) {
      if (seen === count) return place;
      if (/\d/.test(text[place])) seen += 1;
    }
    return text.length;
  };
  document.addEventListener("input", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !("usNumber" in input.dataset)) return;
    // Who deletes a bracket or hyphen should not get it back at once.
    if (event.inputType && event.inputType.startsWith("delete")) return;
    const nice = formatted(input.value);
    if (nice === input.value) return;
    const atEnd = input.selectionStart === input.value.length;
    const before = digitsBefore(input.value, input.selectionStart);
    input.value = nice;
    const place = atEnd ? nice.length : placeAfter(nice, before);
    input.setSelectionRange(place, place);
  });

  if (!dialog || !body) return;

  // --- Opening, closing, focus ------------------------------------------------------------------
  const focusable = () =>
    [...dialog.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea")]
      .filter((each) => !each.disabled && each.getClientRects().length > 0);

  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    const all = focusable();
    if (!all.length) return;
    const end = event.shiftKey ? all[0] : all[all.length - 1];
    if (document.activeElement === end || !within(document.activeElement)) {
      event.preventDefault();
      (event.shiftKey ? all[all.length - 1] : all[0]).focus();
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
  dialog.addEventListener("close", () => {
    body.replaceChildren();
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-forwarding]");
    if (link) opener = link;
  });

  // --- htmx -------------------------------------------------------------------------------------
  const ours = (event) => event.detail.target === body || within(event.detail.elt);
  const tell = (sentence, bad = false) => {
    told.textContent = sentence;
    told.classList.toggle("tg-told-bad", bad);
  };
  const sayUnreached = () => {
    if (!dialog.open) {
      tell(dialog.dataset.unreached, true);
      return;
    }
    const note = document.createElement("p");
    note.className = "tg-field-error tg-gap tg-unsent";
    note.setAttribute("role", "alert");
    note.textContent = dialog.dataset.unsaved;
    body.querySelectorAll(".tg-unsent").forEach((old) => old.remove());
    body.append(note);
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (ours(event)) dialog.setAttribute("data-busy", "");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (ours(event)) dialog.removeAttribute("data-busy");
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, elt, requestConfig, target } = event.detail;
    if (!ours(event)) {
      // What a row asks for while nobody is logged in any more: no log-in page belongs there.
      if (!target || !target.closest("#call-forwarding") || xhr.status >= 500) return;
      if (xhr.getResponseHeader("Tollgate-Fragment")) return;
      event.detail.shouldSwap = false;
      if (elt instanceof HTMLFormElement) elt.submit();
      else elt.remove();
      return;
    }
    if (xhr.getResponseHeader("Tollgate-Fragment")) {
      // 409 and 422 are answers too: the form with what is wrong.
      event.detail.shouldSwap = true;
      event.detail.isError = false;
      return;
    }
    event.detail.shouldSwap = false;
    if (xhr.status >= 500) return;
    // A log-in page, or a page that refuses: shown whole, as without a script.
    if (elt instanceof HTMLFormElement) elt.submit();
    else window.location.assign(requestConfig.path);
  });
  // Settled, not swapped: only then does htmx know the new form, and who is quick with Enter would
  // send it past htmx.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target !== body) return;
    if (!dialog.open) {
      tell("");
      dialog.showModal();
    }
    const first = body.querySelector("[aria-invalid=true], input:not([type=hidden])");
    const target = first || body.querySelector(".tg-buttons [data-close]");
    if (target) target.focus();
    if (first && first.value) first.select();
  });
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(name, (event) => {
      if (ours(event)) sayUnreached();
    });
  }
  document.addEventListener("call-forwarding-done", (event) => {
    const { sender, sentence } = event.detail;
    opener = null;
    dialog.close();
    tell(sentence);
    const row = document.getElementById(`call-forwarding-${sender}`);
    const button = row && row.querySelector("a[data-forwarding]");
    (button || document.getElementById("call-forwarding")).focus();
  });
})();
