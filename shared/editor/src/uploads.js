// Koenig calls useFileUpload while it renders, so it is a hook; one for each kind of file.
import {useState} from "react";

const types = (mimeTypes, extensions) => ({mimeTypes, extensions});
const IMAGES = types(
    ["image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"], ["avif", "gif", "jpg", "jpeg", "png", "webp"]);

export const fileTypes = {
    image: IMAGES,
    mediaThumbnail: IMAGES,
    video: types(["video/mp4", "video/webm", "video/ogg"], ["mp4", "webm", "ogv"]),
    audio: types(["audio/mp3", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/x-m4a"],
        ["mp3", "m4a", "ogg", "wav"]),
    file: types([], []),
};

async function complaint(response) {
    const answer = await response.json().catch(() => ({}));
    return answer.error ?? (response.status === 413 ? "This file is too large." : "The upload did not work. Please try again.");
}

async function send(url, kind, file, extra) {
    const body = new FormData();
    body.append("file", file, file.name);
    body.append("kind", kind);
    for (const [key, value] of Object.entries(extra)) body.append(key, value);
    const response = await fetch(url, {method: "POST", body, headers: {Accept: "application/json"}});
    if (!response.ok) throw new Error(await complaint(response));
    return {url: (await response.json()).url, fileName: file.name};
}

export function fileUploader(url) {
    function useFileUpload(kind = "image") {
        const [state, setState] = useState({progress: 0, isLoading: false, errors: [], filesNumber: 0});

        async function upload(files = [], {formData = {}} = {}) {
            const list = [...files];
            const sent = [];
            setState({progress: 5, isLoading: true, errors: [], filesNumber: list.length});
            for (const file of list) {
                try {
                    sent.push(await send(url, kind, file, formData));
                    setState((now) => ({...now, progress: (100 * sent.length) / list.length}));
                } catch (error) {
                    setState({progress: 0, isLoading: false, filesNumber: list.length,
                        errors: [{fileName: file.name, message: error.message}]});
                    return null;
                }
            }
            setState((now) => ({...now, progress: 100, isLoading: false}));
            return sent;
        }

        return {...state, upload};
    }

    return {useFileUpload, fileTypes};
}
