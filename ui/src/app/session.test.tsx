import { describe, expect, it } from "vitest";
import { endSession } from "@/shared/api/session";
import { administrator, json } from "@/testing/mock-answers";
import { MOCK_TOKEN } from "@/testing/mock-server";
import { renderApp } from "@/testing/render-app";

const wang = {
  ...administrator,
  via: "session",
  account_id: "u_1",
  name: "王芳",
  login: "wang@example.com",
  csrf: "c",
};
const refusal = (status: number, code: string) =>
  json({ code, message: code, next: "", message_zh: code, message_en: code }, status);

describe("a session", () => {
  it("begins with a password and a code, and is asked for again over the page when it has run out", async () => {
    let ended = false;
    const { user, screen } = renderApp("/goals", {
      signedIn: false,
      intercept: (request) => {
        const { pathname } = new URL(request.url);
        if (pathname === "/api/session" && request.method === "GET")
          return json({ ...administrator, signed_in: false }, 200);
        if (pathname === "/api/session") {
          if (ended) {
            ended = false;
            return json(wang, 200);
          }
          return codes++ === 0 ? refusal(403, "code_needed") : json(wang, 200);
        }
        if (ended) return refusal(401, "unauthorised");
        request.headers.set("Authorization", `Bearer ${MOCK_TOKEN}`);
        return undefined;
      },
    });
    let codes = 0;
    await user.type(await screen.findByLabelText("邮箱或登录名"), "wang@example.com");
    await user.type(screen.getByLabelText("密码"), "four unrelated words");
    await user.click(screen.getByRole("button", { name: /进入/ }));
    await user.type(await screen.findByLabelText(/验证码/), "123456");
    await user.click(screen.getByRole("button", { name: /进入/ }));
    const field = (await screen.findByRole("textbox")) as HTMLTextAreaElement;
    await user.type(field, "30天内复购率 +5%");
    ended = true;
    await user.keyboard("{Enter}");
    await screen.findByText("请重新登录");
    await user.type(screen.getByLabelText("密码"), "four unrelated words");
    await user.click(screen.getByRole("button", { name: /进入/ }));
    await expect.poll(() => screen.queryByText("请重新登录")).toBeNull();
    expect(field.value).toContain("30天内复购率 +5%");
    endSession();
  });
});
