import {recognise} from "./embeds.js";

async function read(address, query, signal) {
    const url = new URL(address, location.href);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    const response = await fetch(url, {signal, headers: {Accept: "application/json"}});
    if (!response.ok) throw new Error(`${response.status}`);
    return response.json();
}

// An answer that a later question has overtaken is nothing.
function linkSearch(address) {
    let asking = new AbortController();
    return async (term = "") => {
        asking.abort();
        asking = new AbortController();
        return read(address, {q: term}, asking.signal).catch((error) => (error.name === "AbortError" ? undefined : []));
    };
}

function embeds(address) {
    return async (url, {type} = {}) => {
        const known = recognise(url, type);
        if (known) return known;
        if (!address) throw new Error("This address cannot be embedded.");
        return read(address, {url, ...(type && {type})});
    };
}

export function cardConfig({linksUrl, embedUrl, siteUrl = location.origin, visibility = "public"}) {
    return {
        siteUrl,
        fetchEmbed: embeds(embedUrl),
        searchLinks: linksUrl && linkSearch(linksUrl),
        fetchAutocompleteLinks: async () => [],
        fetchLabels: async () => [],
        renderLabels: false,
        membersEnabled: true,
        stripeEnabled: false,
        unsplash: null,
        klipy: null,
        pinturaConfig: null,
        image: {allowedWidths: ["regular", "wide", "full"]},
        visibilitySettings: "web and email",
        post: {displayName: "post", visibility},
        snippets: [],
    };
}
