<?php

// A bearer token of Vitrine's own dialect: POST /api/v1/embed/sessions answers it with a code.

function encoded(string $data): string
{
    return rtrim(strtr(base64_encode($data), '+/', '-_'), '=');
}

$now = time();
$header = ['alg' => 'HS256', 'typ' => 'JWT'];
$claims = [
    'iss' => getenv('CLIENT_ID'),
    'aud' => 'vitrine',
    'iat' => $now,
    'exp' => $now + 300, // at most that
    'jti' => bin2hex(random_bytes(16)),
    'session' => [
        'subject' => getenv('SUBJECT'),
        'tenant' => getenv('TENANT'),
        'teams' => json_decode(getenv('TEAMS')),
        'account_type' => getenv('ACCOUNT_TYPE'),
        'attributes' => json_decode(getenv('ATTRIBUTES')), // an object: an empty array would become []
        'content' => ['workbook' => getenv('CONTENT')],
    ],
];

$signed = encoded(json_encode($header)) . '.' . encoded(json_encode($claims));
// The key is the text of the secret, also if it looks like hexadecimal.
$signature = hash_hmac('sha256', $signed, getenv('SECRET'), true);
echo "$signed.", encoded($signature), "\n";
