// SPDX-License-Identifier: Apache-2.0

/// The MESSAGE_ID of each log event in the message catalog of the journal, whose texts are in
/// `systemd/pixelated.catalog`.
package enum EventCatalog {
    /// The journal message ids (`MESSAGE_ID`) of the log events, by event name: 128 bits in hexadecimal. They were
    /// chosen at random and never change.
    package static let messageIDs: [String: String] = [
        "started": "74987cd084514003870760d24687946f",
        "cannot-start": "6b2957ff44ad43579c96df483f5291af",
        "ready": "19f1efc1762d4e869f851be0b901e981",
        "start-timed-out": "1d7faf63a4e94ce69a92b8614e404db8",
        "draining": "fe5202686cc94aeba1cac35538411596",
        "stop-forced": "a27c32573643433fbc4197db4186738f",
        "drain-timed-out": "928133a4e343499c86f13b9317bc0c98",
        "shutdown-timed-out": "391796e59b334913a3a89878ff0959d5",
        "worker-failed": "290b588ec1d244fe8a578c73f1b77b32",
        "stopped": "6f68e07563794e71b9c3cc17c9a6ec33",
        "reloaded": "84f1c2bdf7ab4765967fe48b154e0041",
        "reload-refused": "25ab0c9571284ae0917ab9677f464f4b",
        "watchdog-withheld": "4b63edba69a1470fa567623a61015294",
        "watchdog-resumed": "bfc512e4e7f64c01bb7f4e83167fdc10",
        "log-lines-dropped": "cb2974c73a78b14c47d873f6455e9cc8",
        "journal-unavailable": "29c595ac41a46e270faf6d9b4d1ba121",
        "termination-notice": "c5266ff94d5349378ef45c6febe2f513",
        "imds-unreachable": "0952a4d7be274de5bdada80494868dc0",
        "picture-done": "cb5d870e3c814fc38bc257dca0449ec9",
        "record-skipped": "8133f1b50b93446ba0845f3dbe2d5e06",
        "picture-ignored": "e4dd6aab363b43a6aa6b98058e377537",
        "picture-retried": "c55e5a8348364c7eadbfb109176fde2b",
        "picture-quarantined": "670be2ce3d85454a945f2deac7e502e1",
        "picture-released": "dea876b8897040de909d66cfa586a90d",
        "lease-lost": "ce346d14266c4c5b93ca6c923e713b0d",
        "quarantine-failed": "08e014df8e384a62b6884ce7beebb183",
        "poll-failed": "83698296793d4c7086cf85fa438f523a",
        "poll-recovered": "548acda0e6644be198d9149967ae08d2",
        "lease-call-failed": "9d8ac3df074b4ba59403d9d65c3dcb08",
        "settle-failed": "90b4417479a140b1b411d2f6600efcb0",
        "empty-polls-too-fast": "433504e62049436ca147f9a5ae55d854",
        "breaker-opened": "34499b1ecbda4f1987df8da403f2112a",
        "breaker-closed": "b8f5e6ddd0564d59ab713e3ade3d3ad3",
        "worker-draining": "18d9d7653b834c359e676ddf09c6fd90",
        "worker-stop-forced": "342216c440a547c9b713779cdedbc37b",
        "worker-drained": "7fecefcb20f84cd1b0b6ff963e579848",
        "identity": "8b9ccb68a50044e1a1098b35f4e2f01f",
        "credentials-refresh-failed": "669b1aee797d46d889805158f13a7371",
        "clock-skew": "714a9d1f4fe54e53befe3ab58a1d53a5",
        "plain-http": "602b844d53e57ab3fdf88d119ab1f340",
        "message-malformed": "3bd205ddc8f8efa017a9a1787ce0b97b",
        "aws-retry": "edb0518c7a5f43d4a0ec58026b28d168",
    ]
}
