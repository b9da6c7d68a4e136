// Players that can be told from their address: nobody is asked, so nobody learns what is being written.
const PLAYERS = [
    {
        name: "YouTube",
        pattern: /^https:\/\/(?:www\.|m\.)?(?:youtube\.com\/(?:watch\?(?:[^#]*&)?v=|shorts\/|live\/)|youtu\.be\/)([\w-]{11})/,
        source: ([, id]) => `https://www.youtube-nocookie.com/embed/${id}`,
    },
    {
        name: "Vimeo",
        pattern: /^https:\/\/(?:www\.)?vimeo\.com\/(?:video\/)?(\d+)/,
        source: ([, id]) => `https://player.vimeo.com/video/${id}?dnt=1`,
    },
    {
        name: "Spotify",
        pattern: /^https:\/\/open\.spotify\.com\/(?:intl-\w+\/)?(track|album|playlist|episode|show|artist)\/(\w+)/,
        source: ([, kind, id]) => `https://open.spotify.com/embed/${kind}/${id}`,
        height: 232,
    },
    {
        name: "SoundCloud",
        pattern: /^https:\/\/(?:www\.)?soundcloud\.com\/[\w-]+\/[\w/-]+/,
        source: ([url]) => `https://w.soundcloud.com/player/?url=${encodeURIComponent(url)}`,
        height: 166,
    },
    {
        name: "CodePen",
        pattern: /^https:\/\/codepen\.io\/([\w-]+)\/(?:pen|full)\/(\w+)/,
        source: ([, who, id]) => `https://codepen.io/${who}/embed/${id}?default-tab=result`,
        height: 400,
    },
];

function frame(source, title, height) {
    const iframe = document.createElement("iframe");
    Object.assign(iframe, {src: source, title, width: "560", height: String(height), allowFullscreen: true});
    return iframe.outerHTML;
}

function player(url) {
    for (const {name, pattern, source, height = 315} of PLAYERS) {
        const found = pattern.exec(url);
        if (!found) continue;
        const title = `${name} player`;
        return {type: "video", url, title, provider_name: name, html: frame(source(found), title, height)};
    }
    return undefined;
}

export function recognise(url, type) {
    return type === "bookmark" ? undefined : player(url);
}
