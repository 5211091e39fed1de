import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** What pdf.js reads by name while it draws: character maps, the standard fonts, decoders of pictures. */
function pdfjsFiles(): Plugin {
  const folder = fileURLToPath(new URL("./node_modules/pdfjs-dist", import.meta.url));
  const wanted = /^(cmaps\/(.+\.bcmap|LICENSE)|standard_fonts\/.+|wasm\/.+)$/;
  return {
    name: "pdfjs-files",
    configureServer(server) {
      server.middlewares.use("/pdfjs/", (request, response, next) => {
        const path = (request.url ?? "").slice(1);
        if (!wanted.test(path) || path.includes("..")) return next();
        response.setHeader("content-type", path.endsWith(".js") ? "text/javascript" : "application/octet-stream");
        response.end(readFileSync(`${folder}/${path}`));
      });
    },
    generateBundle() {
      for (const part of ["cmaps", "standard_fonts", "wasm"]) {
        for (const name of readdirSync(`${folder}/${part}`)) {
          const path = `${part}/${name}`;
          if (wanted.test(path)) {
            this.emitFile({ type: "asset", fileName: `pdfjs/${path}`, source: readFileSync(`${folder}/${path}`) });
          }
        }
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), tailwindcss(), pdfjsFiles()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // The window's content security policy allows scripts, styles and fonts from its own origin only: nothing may be inlined as data.
  build: {
    target: ["es2022", "safari16"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_000,
  },
  server: { host: "127.0.0.1", port: 5173, strictPort: true },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    css: false,
    restoreMocks: true,
    testTimeout: 20_000,
  },
});
