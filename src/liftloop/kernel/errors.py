"""Errors a person can meet: each has a code, what happened and what to do next, in zh and en."""

from typing import Literal

Language = Literal["zh-CN", "en"]

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_REFUSED = 3


class LiftloopError(Exception):
    """An anticipated failure, told in both languages.

    `code` is stable and machine-readable (`unknown_write_key`); `status` is its HTTP status;
    `exit_code` is what the command line ends with (1 failed, 2 usage, 3 a question or a refusal).
    """

    def __init__(
        self,
        code: str,
        *,
        zh: str,
        en: str,
        next_zh: str = "",
        next_en: str = "",
        status: int = 400,
        exit_code: int = EXIT_FAILED,
    ) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.zh = zh
        self.en = en
        self.next_zh = next_zh
        self.next_en = next_en
        self.status = status
        self.exit_code = exit_code

    def message(self, language: Language) -> str:
        return self.zh if language == "zh-CN" else self.en

    def next_step(self, language: Language) -> str:
        return self.next_zh if language == "zh-CN" else self.next_en

    def as_json(self, language: Language) -> dict[str, str]:
        """Return what the API and `--json` show: both languages, the chosen one as `message`."""
        return {
            "code": self.code,
            "message": self.message(language),
            "next": self.next_step(language),
            "message_zh": self.zh,
            "message_en": self.en,
        }
