<?php

// The address of a frame as Looker's hosts sign it. It works once, within five minutes.

$path = '/login/embed/' . rawurlencode(getenv('CONTENT'));
// They are signed in this order, and written as JSON once: what is signed is what is sent, byte for byte.
$sent = array_map('json_encode', [
    'nonce' => bin2hex(random_bytes(16)),
    'time' => time(),
    'session_length' => 3600,
    'external_user_id' => getenv('SUBJECT'),
    'permissions' => ['access_data', 'see_looks', 'see_user_dashboards'],
    'models' => json_decode(getenv('MODELS')),
    'group_ids' => json_decode(getenv('TEAMS')),
    'external_group_id' => getenv('TENANT'),
    'user_attributes' => json_decode(getenv('ATTRIBUTES')),
    'access_filters' => new stdClass(), // filters nothing, and must be there: {}, not []
]);

// The host comes with its port, if it has one, and without `https://`; no line break follows the last line.
$host = explode('/', getenv('VITRINE_URL'))[2];
$text = implode("\n", [$host, $path, ...array_values($sent)]);
// The key is the text of the secret, also if it looks like hexadecimal.
$signature = base64_encode(hash_hmac(getenv('HASH'), $text, getenv('SECRET'), true));
$search = http_build_query($sent + ['force_logout_login' => 'true', 'signature' => $signature]);
echo getenv('VITRINE_URL'), "$path?$search\n";
