"""What can be wrong with a file, told so that the person who made it can put it right."""

from liftloop.kernel.errors import EXIT_USAGE, LiftloopError


def file_not_found(name: str) -> LiftloopError:
    return LiftloopError(
        "file_not_found",
        zh=f"找不到文件“{name}”。",
        en=f'The file "{name}" does not exist.',
        next_zh="请检查路径和文件名。",
        next_en="Check the path and the name.",
        exit_code=EXIT_USAGE,
    )


def empty_file(name: str) -> LiftloopError:
    return LiftloopError(
        "empty_file",
        zh=f"“{name}”里没有数据行。",
        en=f'"{name}" holds no rows of data.',
        next_zh="请导出至少有表头和一行数据的文件。",
        next_en="Export a file that has a header and at least one row.",
    )


def no_room(name: str) -> LiftloopError:
    return LiftloopError(
        "no_room",
        zh=f"读“{name}”需要的内存或临时磁盘空间不够。",
        en=f'There is not enough memory or temporary disk space to read "{name}".',
        next_zh="请清出文件大小三倍的磁盘空间，或把文件拆小后分别导入。",
        next_en="Free three times the file's size on disk, or split the file and import the parts.",
        status=507,
    )


def file_too_large(name: str, bytes_max: int) -> LiftloopError:
    gigabytes = bytes_max // 1024**3
    return LiftloopError(
        "file_too_large",
        zh=f"“{name}”解压后超过 {gigabytes} GB。",
        en=f'"{name}" unpacks to more than {gigabytes} GB.',
        next_zh="请按月份或门店拆成几个文件分别导入；重复导入不会重复计数。",
        next_en="Split it by month or store and import the parts; nothing is counted twice.",
        status=413,
    )


def damaged_file(name: str) -> LiftloopError:
    return LiftloopError(
        "damaged_file",
        zh=f"“{name}”已损坏或没有传完整。",
        en=f'"{name}" is damaged or incomplete.',
        next_zh="请重新导出或重新上传。",
        next_en="Export or upload it again.",
    )


def unsupported_file_type(name: str, what_zh: str, what_en: str) -> LiftloopError:
    return LiftloopError(
        "unsupported_file_type",
        zh=f"“{name}”是{what_zh}，不能直接导入。",
        en=f'"{name}" is {what_en}, which cannot be imported.',
        next_zh="请另存为 CSV、Excel（xlsx）或 Parquet 再导入。",
        next_en="Save it as CSV, Excel (xlsx) or Parquet and import that.",
        status=415,
    )


def unknown_encoding(name: str, byte_offset: int) -> LiftloopError:
    return LiftloopError(
        "unknown_encoding",
        zh=f"“{name}”既不是 UTF-8 也不是 GB18030 编码（第 {byte_offset + 1} 个字节起读不懂）。",
        en=f'"{name}" is neither UTF-8 nor GB18030 (not readable from byte {byte_offset + 1}).',
        next_zh="请在 Excel 里另存为“CSV UTF-8”，或在导入时指明编码，例如 big5、cp1252。",
        next_en='Save it as "CSV UTF-8" in Excel, or name its encoding when importing, such as big5 or cp1252.',
    )


def wrong_encoding(name: str, encoding: str, byte_offset: int) -> LiftloopError:
    return LiftloopError(
        "wrong_encoding",
        zh=f"“{name}”不是 {encoding} 编码（第 {byte_offset + 1} 个字节起读不懂）。",
        en=f'"{name}" is not {encoding} (not readable from byte {byte_offset + 1}).',
        next_zh="请改用别的编码，或不指定编码，由系统来判断。",
        next_en="Name another encoding, or none and have it found.",
        exit_code=EXIT_USAGE,
    )


def encoding_not_known(encoding: str) -> LiftloopError:
    return LiftloopError(
        "encoding_not_known",
        zh=f"没有叫“{encoding}”的编码。",
        en=f'There is no encoding "{encoding}".',
        next_zh="常用的有 utf-8、gb18030、big5、cp1252；不指定则自动判断。",
        next_en="Common ones are utf-8, gb18030, big5 and cp1252; leave it out to have it found.",
        exit_code=EXIT_USAGE,
    )


def no_header(name: str, first_cells: str) -> LiftloopError:
    return LiftloopError(
        "no_header",
        zh=f"“{name}”的第一行看起来是数据，不是列名：{first_cells}",
        en=f'The first row of "{name}" looks like data, not like column names: {first_cells}',
        next_zh="请在最上面加一行列名，例如：客户编号,下单时间,订单号。",
        next_en="Add a first row with the names of the columns, such as customer_id,ordered_at,order_id.",
    )


def no_readable_rows(name: str, bad: int, columns: int) -> LiftloopError:
    return LiftloopError(
        "no_readable_rows",
        zh=f"“{name}”有 {columns} 个列名，但 {bad} 行数据的列数都对不上。",
        en=f'"{name}" has {columns} column names, but none of its {bad} rows has as many cells.',
        next_zh="请检查分隔符和引号是否一致，再重新导出。",
        next_en="Check that delimiter and quotes are the same throughout, and export it again.",
    )


def too_many_columns(name: str, columns_max: int) -> LiftloopError:
    return LiftloopError(
        "too_many_columns",
        zh=f"“{name}”超过 {columns_max} 列。",
        en=f'"{name}" has more than {columns_max} columns.',
        next_zh="请只导出需要的列。",
        next_en="Export only the columns that are needed.",
    )


def cell_too_large(name: str, line: int, bytes_max: int) -> LiftloopError:
    return LiftloopError(
        "cell_too_large",
        zh=f"“{name}”第 {line} 行有一个单元格超过 {bytes_max // 1024} KB，多半是少了一个引号。",
        en=f'"{name}" has a cell of more than {bytes_max // 1024} KB in line {line}; most likely a quote is missing.',
        next_zh="请检查这一行的引号，或删去这段长文本。",
        next_en="Check the quotes of that line, or take the long text out.",
    )


def unclosed_quote(name: str, line: int, lines: int) -> LiftloopError:
    return LiftloopError(
        "unclosed_quote",
        zh=f"“{name}”第 {line} 行的引号没有闭合，之后的 {lines} 行都被它吞了进去。",
        en=f'A quote opened in line {line} of "{name}" is never closed and swallows the {lines} lines after it.',
        next_zh="请补上或去掉这个引号。",
        next_en="Close that quote or take it out.",
    )


def password_protected(name: str) -> LiftloopError:
    return LiftloopError(
        "password_protected",
        zh=f"“{name}”有密码保护，打不开。",
        en=f'"{name}" is protected by a password.',
        next_zh="请在 Excel 里去掉密码后另存，再导入。",
        next_en="Remove the password in Excel, save, and import that.",
    )


def unknown_sheet(name: str, sheet: str, sheets: list[str]) -> LiftloopError:
    return LiftloopError(
        "unknown_sheet",
        zh=f"“{name}”里没有叫“{sheet}”的工作表。",
        en=f'"{name}" has no sheet "{sheet}".',
        next_zh=f"可选：{'、'.join(sheets)}。",
        next_en=f"Choose one of: {', '.join(sheets)}.",
        exit_code=EXIT_USAGE,
    )


def unknown_column(name: str, column: str, columns: tuple[str, ...]) -> LiftloopError:
    return LiftloopError(
        "unknown_column",
        zh=f"“{name}”里没有列“{column}”。",
        en=f'"{name}" has no column "{column}".',
        next_zh=f"文件里的列：{'、'.join(columns[:20])}。",
        next_en=f"Its columns: {', '.join(columns[:20])}.",
        exit_code=EXIT_USAGE,
    )


def unknown_join_file(name: str, known: list[str]) -> LiftloopError:
    return LiftloopError(
        "unknown_join_file",
        zh=f"要关联的文件“{name}”没有一起提供。",
        en=f'The file "{name}" that is to be joined was not provided.',
        next_zh=f"请一并提供这个文件；已有：{'、'.join(known) or '无'}。",
        next_en=f"Provide it as well; there are: {', '.join(known) or 'none'}.",
        exit_code=EXIT_USAGE,
    )


def group_too_large(name: str, columns: tuple[str, ...], rows_max: int) -> LiftloopError:
    return LiftloopError(
        "group_too_large",
        zh=f"“{name}”里有超过 {rows_max} 行的“{'、'.join(columns)}”相同，它不像是订单号。",
        en=f'More than {rows_max} rows of "{name}" share one value of {", ".join(columns)}; hardly an order number.',
        next_zh="请检查订单号对应的是哪一列。",
        next_en="Check which column holds the order number.",
    )
