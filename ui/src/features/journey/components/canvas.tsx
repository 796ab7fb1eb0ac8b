/** The journey drawn: the trigger above, every step where the layout puts it; keys walk, open, copy and take back. */
import { Background, Controls, ReactFlow, type ReactFlowInstance } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLook } from "@/shared/appearance";
import { useEditor } from "../editor";
import { START } from "../model/draft";
import { type Direction, heightOf, neighbour, placed, STEP_WIDTH } from "../model/layout";
import styles from "./canvas.module.css";
import { PlusEdge, type PlusEdgeType } from "./plus-edge";
import { StepCard, type StepNode } from "./step-card";

const nodeTypes = { step: StepCard };
const edgeTypes = { plus: PlusEdge };
const ZOOM_MIN = 0.35;
const ZOOM_READABLE = 0.7; // Smaller than this the words cannot be read: better to scroll.
const DRAWER_PX = 448; // As much of the canvas as an open form hides.
const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

type Flow = ReactFlowInstance<StepNode, PlusEdgeType>;

export function Canvas({ onKey }: { onKey(event: KeyboardEvent): void }) {
  const { t } = useTranslation();
  const { draft, selected, select, opened } = useEditor();
  const covered = opened === null ? 0 : DRAWER_PX;
  const { appearance, still } = useLook();
  const room = useRef<HTMLDivElement>(null);
  const [flow, setFlow] = useState<Flow | null>(null);
  const layout = useMemo(() => placed(draft), [draft]);
  const nodes = useMemo(
    () =>
      [...layout.steps].map(
        ([id, position]): StepNode => ({
          id: id === START ? "/trigger" : id,
          type: "step",
          position,
          data: { step: id },
          width: STEP_WIDTH,
          height: heightOf(draft, id),
        }),
      ),
    [layout, draft],
  );
  const edges = useMemo(
    () =>
      layout.edges.map(
        ({ way, points, plus }): PlusEdgeType => ({
          id: `${way.from}:${way.path}`,
          type: "plus",
          source: way.from === START ? "/trigger" : way.from,
          target: way.to,
          data: { way, points, plus },
        }),
      ),
    [layout],
  );

  const show = (instance: Flow, width: number) => {
    const corners = [...layout.steps.values()];
    const right = Math.max(...corners.map(({ x }) => x)) + STEP_WIDTH + 24;
    const zoom = Math.max(Math.min(width / right, 1), ZOOM_READABLE);
    const top = layout.steps.get(START) ?? { x: 0, y: 0 };
    const spare = (width - right * zoom) / 2;
    const x = spare >= 0 ? spare : width / 2 - (top.x + STEP_WIDTH / 2) * zoom;
    void instance.setViewport({ x, y: 8, zoom });
  };
  const begin = (instance: Flow) => {
    setFlow(instance);
    show(instance, room.current?.clientWidth ?? 0);
  };

  // A trial shows its way beside its panel, from the top.
  const trying = opened?.what === "trial";
  // biome-ignore lint/correctness/useExhaustiveDependencies: only opening it moves the picture, not each change.
  useEffect(() => {
    if (flow && trying) show(flow, Math.max((room.current?.clientWidth ?? 0) - DRAWER_PX, STEP_WIDTH));
  }, [flow, trying]);

  // What is chosen from elsewhere, by keys or by a search, comes into view.
  const [only] = selected.size === 1 ? [...selected] : [];
  useEffect(() => {
    const at = only === undefined ? undefined : layout.steps.get(only);
    const size = room.current?.getBoundingClientRect();
    if (!flow || !at || !size) return;
    const { x, y, zoom } = flow.getViewport();
    const [left, top] = [at.x * zoom + x, at.y * zoom + y];
    const seen =
      left >= 0 &&
      top >= 0 &&
      left + STEP_WIDTH * zoom <= size.width - covered &&
      top + 96 * zoom <= size.height;
    if (!seen)
      void flow.setCenter(at.x + STEP_WIDTH / 2 + covered / 2 / zoom, at.y + 48, {
        zoom,
        duration: still ? 0 : 120,
      });
  }, [flow, only, layout, still, covered]);

  const press = (event: KeyboardEvent) => {
    const way = ARROWS[event.key];
    const here = (event.target as HTMLElement).closest<HTMLElement>("[data-step]")?.dataset.step;
    if (way === undefined || here === undefined || event.ctrlKey || event.metaKey) return onKey(event);
    event.preventDefault();
    const next = neighbour(draft, layout, here, way);
    if (next === null) return;
    select(new Set([next]));
    room.current
      ?.querySelector<HTMLElement>(`[data-step="${CSS.escape(next)}"]`)
      ?.focus({ preventScroll: true });
  };

  return (
    <section ref={room} className={styles.room} aria-label={t("journey.canvas")} onKeyDown={press}>
      <ReactFlow<StepNode, PlusEdgeType>
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onInit={begin}
        onPaneClick={() => select(new Set())}
        colorMode={appearance}
        minZoom={ZOOM_MIN}
        maxZoom={1.25}
        panOnScroll
        zoomOnDoubleClick={false}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        disableKeyboardA11y
      >
        <Background gap={24} />
        <Controls showInteractive={false} position="bottom-left" />
      </ReactFlow>
      <p className="only-read">{t("journey.help")}</p>
    </section>
  );
}
