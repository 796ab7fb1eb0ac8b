import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { firstLanguage, startWords } from "@/shared/words/language";
import { App } from "./app";
import "./base.css";

await startWords(firstLanguage());
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
