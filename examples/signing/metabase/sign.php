<?php

// A guest token as Metabase's hosts sign it, for <metabase-dashboard> or /embed/dashboard/TOKEN.

function encoded(string $data): string
{
    return rtrim(strtr(base64_encode($data), '+/', '-_'), '=');
}

$now = time();
$header = ['alg' => 'HS256', 'typ' => 'JWT'];
$claims = [
    'resource' => ['dashboard' => (int) getenv('CONTENT')], // a number, not digits in quotes
    'params' => json_decode(getenv('PARAMETERS')), // an object, also if it is empty: an empty array would become []
    'iat' => $now,
    'exp' => $now + 600,
];

$signed = encoded(json_encode($header)) . '.' . encoded(json_encode($claims));
// The key is the text of the secret, also if it looks like hexadecimal.
$signature = hash_hmac('sha256', $signed, getenv('SECRET'), true);
echo "$signed.", encoded($signature), "\n";
