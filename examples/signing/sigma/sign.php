<?php

// The address of a frame as Sigma's hosts sign it, with a JWT that opens one session.

function encoded(string $data): string
{
    return rtrim(strtr(base64_encode($data), '+/', '-_'), '=');
}

$now = time();
// Without `kid`, the client id, no key is meant.
$header = ['alg' => 'HS256', 'typ' => 'JWT', 'kid' => getenv('CLIENT_ID')];
$claims = [
    'sub' => getenv('SUBJECT'), // an e-mail address
    'jti' => bin2hex(random_bytes(16)),
    'iat' => $now,
    'exp' => $now + 600,
    'tenant' => getenv('TENANT'),
    'teams' => json_decode(getenv('TEAMS')),
    'account_type' => getenv('ACCOUNT_TYPE'),
    'user_attributes' => json_decode(getenv('ATTRIBUTES')), // an object of texts: an empty array would become []
];

$signed = encoded(json_encode($header)) . '.' . encoded(json_encode($claims));
// The key is the text of the secret, also if it looks like hexadecimal.
$signature = hash_hmac('sha256', $signed, getenv('SECRET'), true);
echo getenv('VITRINE_URL'), getenv('CONTENT'), "?:jwt=$signed.", encoded($signature), "&:embed=true\n";
