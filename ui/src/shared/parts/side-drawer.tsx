/** A drawer over half of the page: no veil, so what led here stays readable and can be chosen from again. */
import { Drawer } from "antd";
import type { ReactNode } from "react";
import { useLook } from "@/shared/appearance";
import styles from "./side-drawer.module.css";

interface SideDrawerProps {
  open: boolean;
  title: string;
  side: "left" | "right";
  onClose(): void;
  children: ReactNode;
}

const WIDTH_PX = 480;

export function SideDrawer({ open, title, side, onClose, children }: SideDrawerProps) {
  const { narrow } = useLook();
  return (
    <Drawer
      open={open}
      onClose={onClose}
      title={title}
      placement={side}
      mask={narrow}
      size={narrow ? "100%" : WIDTH_PX}
      rootClassName={side === "left" ? (styles.besideRail ?? "") : ""}
      destroyOnHidden
    >
      {children}
    </Drawer>
  );
}
