/** A file may be dropped on any page; whoever shows an empty page may open the same dialog. */
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from "react";

interface ImportState {
  isOpen: boolean;
  /** A file that was dropped on the page and waits to be sent. */
  dropped: File | null;
  open(): void;
  /** Opens the dialog with a file that was chosen elsewhere. */
  take(file: File): void;
  close(): void;
}

const ImportContext = createContext<ImportState | null>(null);

export function ImportProvider({ children }: { children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  const [dropped, setDropped] = useState<File | null>(null);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      const file = event.dataTransfer?.files[0];
      if (file === undefined) return;
      event.preventDefault();
      setDropped(file);
      setOpen(true);
    };
    window.addEventListener("dragover", over);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", over);
      window.removeEventListener("drop", drop);
    };
  }, []);
  const state = useMemo<ImportState>(
    () => ({
      isOpen,
      dropped,
      open: () => setOpen(true),
      take: (file) => {
        setDropped(file);
        setOpen(true);
      },
      close: () => {
        setOpen(false);
        setDropped(null);
      },
    }),
    [isOpen, dropped],
  );
  return <ImportContext value={state}>{children}</ImportContext>;
}

export function useImport(): ImportState {
  const state = use(ImportContext);
  if (state === null) throw new Error("useImport needs an ImportProvider above it");
  return state;
}
