// A state can be sent: in the address after "#", where the explorer has the page to itself, and as
// the page itself, saved with the numbers that it shows.

import { read } from "./actions.js";
import { addressOf, fromAddress } from "../model/address.js";
import { Refused } from "../model/state.js";

const LATER = 250; // milliseconds: browsers count how often an address is written

export function sharing(model, say, page) {
  const own = page !== null || document.body?.dataset.voila !== undefined;
  // The first explorer of the page has its address.
  if (!own || window.chainruleHasAddress) return { buttons: {}, stop() {} };
  window.chainruleHasAddress = true;
  receive(model, say);
  let timer = null;
  const remember = () => {
    clearTimeout(timer);
    timer = setTimeout(write, LATER);
  };
  const write = () => {
    const state = read(model);
    history.replaceState(null, "", `#${addressOf(state)}`);
    page?.keep(state);
  };
  const changed = () => receive(model, say);
  window.addEventListener("hashchange", changed);
  model.on("change", remember);
  const link = async () => {
    write();
    try {
      await navigator.clipboard.writeText(location.href);
      say("The link is copied.");
    } catch {
      say("The browser does not let the page copy: copy the address above.");
    }
  };
  const buttons = { Link: { title: "Copy the address of this very state", action: link } };
  if (page)
    buttons.Save = {
      title: "Save this page with these numbers, as one file",
      action: () => (write(), page.save()),
    };
  return {
    buttons,
    stop() {
      window.chainruleHasAddress = false;
      clearTimeout(timer);
      window.removeEventListener("hashchange", changed);
      model.off("change", remember);
    },
  };
}

function receive(model, say) {
  try {
    const changes = fromAddress(location.hash, read(model));
    if (Object.keys(changes).length === 0) return;
    model.set(changes);
    model.save_changes();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say(error.message);
  }
}
