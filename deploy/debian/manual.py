#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the manual pages pixelated(1) and pixelated.json(5) from the help texts of the program.

    manual.py PROGRAM DIRECTORY

The commands are those of `pixelated --experimental-dump-help`, the settings those of `pixelated settings --json`.
"""

import json
import os
import re
import subprocess
import sys
import time

# Options of all commands, which are described once.
EVERYWHERE = ("help", "version")


def output(program, *arguments):
    """Returns the output of the program."""
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True, env=environment).stdout


def text(plain):
    """Escapes a text for roff."""
    escaped = plain.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", escaped, flags=re.M)


def name(option):
    return ("-" if option["kind"] == "short" else "--") + option["name"]


def synopsis(argument):
    """Formats an argument for the synopsis."""
    if argument["kind"] == "positional":
        shown = f"\\fI{text(argument['valueName'])}\\fR"
    else:
        shown = f"\\fB{text(name(argument['preferredName']))}\\fR"
        if argument["kind"] == "option":
            shown += f" \\fI{text(argument['valueName'])}\\fR"
    dots = " ..." if argument["isRepeating"] else ""
    return f"[{shown}]{dots}" if argument["isOptional"] else shown + dots


def described(argument):
    """Formats the description of an argument."""
    if argument["kind"] == "positional":
        tag = f"\\fI{text(argument['valueName'])}\\fR"
    else:
        tag = ", ".join(f"\\fB{text(name(option))}\\fR" for option in argument["names"])
        if argument["kind"] == "option":
            tag += f" \\fI{text(argument['valueName'])}\\fR"
    default = f" Default: {argument['defaultValue']}." if argument.get("defaultValue") else ""
    return f".TP\n{tag}\n{text(argument.get('abstract', '') + default)}\n"


def shown(command):
    """Returns the arguments of a command without those of all commands."""
    return [
        argument for argument in command.get("arguments", ())
        if argument["shouldDisplay"] and argument.get("valueName") not in EVERYWHERE
    ]


def heading(title, section, version, date, what):
    return f'.\\" Made by deploy/debian/manual.py.\n.TH {title} {section} "{date}" "pixelated {version}" "{what}"\n'


def commands_page(program, version, date):
    top = json.loads(output(program, "--experimental-dump-help"))["command"]
    commands = [
        command for command in top["subcommands"]
        if command["shouldDisplay"] and command["commandName"] != "help"
    ]
    page = heading("PIXELATED", 1, version, date, "User Commands")
    page += f".SH NAME\npixelated \\- {text(top['abstract'][0].lower() + top['abstract'][1:].rstrip('.'))}\n.SH SYNOPSIS\n"
    lines = []
    for command in commands:
        arguments = " ".join(synopsis(argument) for argument in shown(command))
        lines.append(f"\\fBpixelated {command['commandName']}\\fR {arguments}\n")
    page += ".br\n".join(lines)
    page += f".SH DESCRIPTION\n{text(top['discussion'])}\n".replace("\n\n", "\n.PP\n")
    page += ".SH COMMANDS\n"
    for command in commands:
        page += f".SS {command['commandName']}\n{text(command['abstract'])}\n"
        if command.get("discussion"):
            page += f".PP\n{text(command['discussion'])}\n".replace("\n\n", "\n.PP\n")
        page += "".join(described(argument) for argument in shown(command))
    page += ".SH OPTIONS\nEach command takes \\fB\\-\\-help\\fR and \\fB\\-\\-version\\fR.\n"
    page += (
        ".SH FILES\n.TP\n/etc/pixelated/config.json\nThe settings of pixelated.service.\n"
        ".TP\n/etc/pixelated/\\fINAME\\fR.json\nThe settings of pixelated@\\fINAME\\fR.service, an instance for another queue.\n"
        ".TP\n/etc/default/pixelated, /etc/default/pixelated\\-\\fINAME\\fR\nEnvironment variables of the service.\n"
        ".TP\n/etc/credstore/aws\\-credentials\nAccess keys for machines without an IAM role, in the format"
        " of ~/.aws/credentials.\nOnly the service can read them.\n"
    )
    return page + ".SH SEE ALSO\n.BR pixelated.json (5),\n.BR systemctl (1),\n.BR journalctl (1)\n"


def settings_page(program, version, date):
    settings = json.loads(output(program, "settings", "--json"))
    page = heading("PIXELATED.JSON", 5, version, date, "File Formats")
    page += (
        ".SH NAME\npixelated.json \\- settings of pixelated\n.SH DESCRIPTION\n"
        "The configuration is a JSON object, by default in /etc/pixelated/config.json. A dot in the path of a setting"
        " separates nested objects:\n"
        ".PP\n.nf\n{\n    \"queue\": { \"url\": \"https://sqs.eu\\-central\\-1.amazonaws.com/123456789012/pictures\" },\n"
        "    \"output\": { \"bucket\": \"my\\-processed\\-pictures\" }\n}\n.fi\n.PP\n"
        "These two settings are required; the others have defaults. Each can also be set by an environment variable and\n"
        "by \\fB\\-\\-set\\fR; flags override the environment, and the environment overrides the file. Unknown settings\n"
        "are rejected. The command \\fBpixelated check\\fR reports all problems of a configuration.\n"
        ".SH SETTINGS\n"
    )
    for setting in settings:
        reloads = " Reloadable." if setting["reloads"] else ""
        default = json.dumps(setting["default"])
        page += (
            f".TP\n\\fB{text(setting['path'])}\\fR = {text(default)}\n{text(setting['help'])}.{reloads}\n"
            f".br\n{text(setting['environment'])}\n"
        )
    return page + ".SH SEE ALSO\n.BR pixelated (1)\n"


def main():
    program, directory = sys.argv[1:]
    version = output(program, "--version").split()[1]
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    date = time.strftime("%Y-%m-%d", time.gmtime(seconds))
    for file, page in (
        ("pixelated.1", commands_page(program, version, date)),
        ("pixelated.json.5", settings_page(program, version, date)),
    ):
        with open(os.path.join(directory, file), "w", encoding="utf-8") as out:
            out.write(page)


if __name__ == "__main__":
    main()
